"""Words and pairs of words, weighed by how rare they are, and a linear classifier: the baseline for text.

Reference: Sparck Jones, "A statistical interpretation of term specificity and its application in retrieval", Journal of
Documentation 28(1), 1972 (the weights, TF-IDF); Joachims, "Text Categorization with Support Vector Machines", ECML 1998
(linear classifiers on them).

Known: weights (1 + ln count) (ln((1 + n) / (1 + n_word)) + 1) for n training texts, n_word of them with the word, each
text scaled to length 1; these are scikit-learn's. Chosen: single words and neighbours, those that occur in two training
texts at least; logistic regression with C = 1, for several labels one for each, all classes of the same weight. The
vocabulary is kept as the numbers of its words (`features/words.py`), so that a recognizer holds no readable text of the
people it was trained on. Reported numbers: not found for these settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import pydantic
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.fitted import Fitted
from ai4er.nn.linear_svm import ABSENT
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.baseline._vectors import labelled_batches, need_two_classes, training_targets
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card

_MIX = -7046029254386353131  # an odd 64-bit number: a pair of words gets a number of its own


class Config(SystemConfig):
    """`pairs` also counts neighbours; `texts` is in how many training texts a word must occur; `penalty` is C."""

    inputs: dict[str, str] = {"words": "words"}
    pairs: bool = True
    texts: int = pydantic.Field(2, ge=1)
    penalty: float = pydantic.Field(1.0, gt=0)
    balanced: bool = True

    @classmethod
    def small(cls) -> Self:
        return cls()


class BagOfWords(System[Config]):
    """Text -> the logit of every class."""

    config_class = Config
    kinds = ("single", "multi")
    toy = "synthetic_text"
    bias: Tensor
    card = Card(
        title="A statistical interpretation of term specificity and its application in retrieval",
        venue="Journal of Documentation", year=1972, paper="doi 10.1108/eb026526", inputs=("text",),
        task="single label or several", official_code="scikit-learn", licence="BSD-3-Clause",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.known = Fitted("vocabulary", "rarity", "weight")
        self.register_buffer("bias", torch.zeros(space.size))

    def solve(self, data: StageData) -> None:
        """Vocabulary and classifier of the labelled training texts.

        Raises `Ai4erError` where they have one class only, or no word in common.
        """
        targets = training_targets(data)
        if self.space.kind == "single":
            need_two_classes(self.slug(), targets)
        texts, found = len(targets), [self._distinct(batch) for batch in labelled_batches(data)]
        terms, counts = torch.cat(found).unique(return_counts=True)
        kept = counts >= self.config.texts
        if not kept.any():
            raise Ai4erError(f"{self.slug()}: no word occurs in {self.config.texts} training texts: set texts=1")
        rarity = ((1 + texts) / (1 + counts[kept])).log() + 1
        self.known.keep(vocabulary=terms[kept], rarity=rarity, weight=rarity.new_zeros(self.space.size, len(rarity)))
        self._learn(labelled_batches(data), targets.numpy(), data.seed)

    def _distinct(self, batch: Batch) -> Tensor:
        """The terms of every text, each once, (terms of all texts,)."""
        rows, terms = self._terms(batch["words"])
        return torch.stack([rows, terms]).unique(dim=1)[1]

    def _terms(self, words: Padded) -> tuple[Tensor, Tensor]:
        """The text that each word or pair of words is in, and its number, both (words and pairs of all texts,)."""
        rows, steps = words.mask.nonzero(as_tuple=True)
        terms = words.data[rows, steps]
        if self.config.pairs:
            behind, places = words.mask[:, 1:].nonzero(as_tuple=True)
            pairs = words.data[behind, places] * _MIX + words.data[behind, places + 1]
            rows, terms = torch.cat([rows, behind]), torch.cat([terms, pairs])
        return rows, terms

    def _weighed(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Row, column and weight of the known words of a batch as a sparse matrix (texts, vocabulary)."""
        vocabulary, rarity = self.known.get_buffer("vocabulary"), self.known.get_buffer("rarity")
        rows, terms = self._terms(batch["words"])
        columns = torch.searchsorted(vocabulary, terms).clamp(max=len(vocabulary) - 1)
        there = vocabulary[columns] == terms
        cells, counts = (rows[there] * len(vocabulary) + columns[there]).unique(return_counts=True)
        rows, columns = cells // len(vocabulary), cells % len(vocabulary)
        weights = (1 + counts.log()) * rarity[columns]
        lengths = weights.new_zeros(len(batch)).index_add(0, rows, weights.square()).sqrt()
        return rows, columns, weights / lengths[rows]

    def _learn(self, batches: Iterable[Batch], targets: np.ndarray, seed: int) -> None:
        from scipy.sparse import csr_array, vstack

        shape = self.known.get_buffer("weight").shape[1]
        parts = []
        for batch in batches:
            rows, columns, weights = (part.cpu().numpy() for part in self._weighed(batch))
            parts.append(csr_array((weights.astype(np.float64), (rows, columns)), shape=(len(batch), shape)))
        x = vstack(parts, format="csr")
        weight, bias = np.zeros((self.space.size, shape)), np.full(self.space.size, ABSENT)
        if self.space.kind == "single":
            present = np.unique(targets)
            weight[present], bias[present] = self._classifier(x, targets, seed)
        else:
            for label in np.flatnonzero(np.ptp(targets, axis=0)):
                found, offset = self._classifier(x, targets[:, label], seed)
                weight[label], bias[label] = found[1], offset[1]
        self.known.get_buffer("weight").copy_(torch.from_numpy(weight))
        self.bias.copy_(torch.from_numpy(bias))

    def _classifier(self, x: Any, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Weights and biases of a logistic regression, (classes, vocabulary) and (classes,)."""
        from sklearn.linear_model import LogisticRegression

        config = self.config
        balanced = "balanced" if config.balanced else None
        fitted = LogisticRegression(C=config.penalty, class_weight=balanced, max_iter=1000, random_state=seed)
        fitted.fit(x, labels)
        weight, bias = fitted.coef_, fitted.intercept_
        if len(weight) == 1:
            weight, bias = np.concatenate([0 * weight, weight]), np.concatenate([0 * bias, bias])
        return weight, bias

    def forward(self, batch: Batch) -> Outputs:
        rows, columns, weights = self._weighed(batch)
        shares = weights.unsqueeze(1) * self.known.get_buffer("weight").T[columns]
        return Outputs(logits=self.bias.expand(len(batch), -1).index_add(0, rows, shares))
