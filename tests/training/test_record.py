"""The run record of a training: what was fitted on what, and what the epoch was chosen on."""

from __future__ import annotations

import pytest

from ai4er.protocols.leaks.run_record import RunRecord, examine
from ai4er.training.options import Options
from ai4er.training.record import run_record
from ai4er.training.run import plan

SPEECH = "synthetic_speech:size=24,speakers=4"
ALL = "everything that is fitted"


def record(system: str, protocol: str, corpus: str = SPEECH, labels: str | None = None) -> RunRecord:
    chosen = plan(system, corpus, protocol, None, labels, {}, Options(), False, True)
    return run_record(chosen, chosen.data.folds(chosen.protocol, 0))


@pytest.mark.parametrize(
    ("system", "protocol", "chosen_on"),
    [
        ("multilayer_perceptron", "loso", "valid"),
        ("multilayer_perceptron", "loso:valid_speakers=0", "last"),
        ("support_vector_machine", "loso", "last"),
    ],
)
def test_an_epoch_is_chosen_on_validation_where_there_are_epochs_and_validation(
    system: str, protocol: str, chosen_on: str
) -> None:
    found = record(system, protocol)
    assert found.selected_on == chosen_on and not found.context and not found.speaker_dependent
    assert all(fold.fitted_on == {ALL: ("train",)} for fold in found.folds)
    assert [one.leaks for one in examine(found)].count(True) == 0


def test_a_random_split_says_openly_that_speakers_are_shared() -> None:
    assert record("support_vector_machine", "random_split").speaker_dependent


def test_what_is_adapted_to_without_labels_counts_as_seen() -> None:
    corpora = f"{SPEECH}+synthetic_crowd:size=16,speakers=4"
    found = record("multilayer_perceptron", "cross_corpus_unlabelled:target=synthetic_speech", corpora, "common4")
    for fold in found.folds:
        role, *adapted = fold.fitted_on[ALL]
        assert role == "train" and len(adapted) + len(fold.test) == 24
        assert all(name.startswith("synthetic_speech/") for name in adapted) and not {*adapted} & {*fold.test}
