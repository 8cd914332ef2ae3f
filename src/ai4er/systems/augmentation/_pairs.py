"""EMix's operator: which two utterances are mixed, and which of their labels the mixture has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ai4er.augment.mixing import fitted, mixed
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED
from ai4er.systems.batch import Item


@dataclasses.dataclass(frozen=True)
class MixedItem(Item):
    """A mixture by mixup: the label of the partner counts too, by 1 - `share`."""

    partner_target: np.ndarray | None = None
    share: float = 1.0


def class_of(item: Item) -> int:
    """The class index of an item, `UNLABELLED` where it has none."""
    return UNLABELLED if item.target is None else int(item.target)


def waveform(item: Item) -> np.ndarray:
    """The samples of an item."""
    samples = item.inputs["waveform"]
    assert samples is not None
    return samples


def draw_partner(
    own: int, place: int, classes: np.ndarray, rule: str, neutral: int, generator: np.random.Generator
) -> int | None:
    """The position of a partner for the item at `place` of class `own`, or None where none fits the rule.

    classes (items,): the class of every training item. `same` takes one of the own class; `noisier` takes a neutral
    one, and for a neutral item one that is not; `both` one of the two rules; `mixup` any.
    """
    fits = {"same": classes == own, "noisier": classes == neutral, "mixup": classes != UNLABELLED}
    if own == neutral:
        fits["noisier"] = (classes != UNLABELLED) & (classes != neutral)
    rules = generator.permutation(["same", "noisier"]).tolist() if rule == "both" else [rule]
    for one in rules:
        found = np.flatnonzero(fits[one])
        found = found[found != place]
        if len(found):
            return int(generator.choice(found))
    return None


def taken(pool: Sequence[Item], position: int) -> Item:
    """A training item. Raises `Ai4erError` for a position outside the training part."""
    if not 0 <= position < len(pool):
        raise Ai4erError(f"emix: partner {position} is outside the training part of {len(pool)} items")
    return pool[position]


@dataclasses.dataclass(frozen=True)
class PairMixer:
    """Replaces each item with `probability` by a mixture with a partner from the training part.

    `share` is the range of r, drawn for every mixture; under `mixup` once for the whole batch, so that the two losses
    of a mixture can be weighed after their mean. `neutral` is the index of the neutral class.
    """

    rule: str
    probability: float
    share: tuple[float, float]
    neutral: int

    def __call__(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> list[Item]:
        """The items, some of them mixtures; those without a label or a fitting partner stay as they are."""
        if not self.probability:
            return list(items)
        classes = np.array([class_of(item) for item in pool])
        places = {id(item): place for place, item in enumerate(pool)}
        drawn = generator.random(len(items)) < self.probability
        share = generator.uniform(*self.share)
        found = list(items)
        for i in np.flatnonzero(drawn).tolist():
            place = places.get(id(items[i]), -1)
            position = draw_partner(class_of(items[i]), place, classes, self.rule, self.neutral, generator)
            if position is not None and items[i].target is not None:
                found[i] = self._mixture(items[i], taken(pool, position), share, generator)
        return found

    def _mixture(self, item: Item, partner: Item, share: float, generator: np.random.Generator) -> Item:
        if self.rule == "mixup":
            first = waveform(item)
            second = fitted(waveform(partner), len(first), generator)
            audio = np.float32(share) * first + np.float32(1 - share) * second
            inputs = {**item.inputs, "waveform": audio}
            return MixedItem(item.record, inputs, item.target, item.ratings, partner.target, share)
        if class_of(item) == self.neutral != class_of(partner):
            item, partner = partner, item
        first = waveform(item)
        second = fitted(waveform(partner), len(first), generator)
        audio = mixed(first, second, generator.uniform(*self.share))
        return dataclasses.replace(item, inputs={**item.inputs, "waveform": audio})
