"""Readers of published datasets in their official layout: one file, one corpus."""

from ai4er.corpora.base import CheckReport, Corpus, corpus_names, open_corpus

__all__ = ["CheckReport", "Corpus", "corpus_names", "open_corpus"]
