"""Which vowels two languages say alike in an emotion: the analysis that comes before the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace
from ai4er.labels.phonemes import VOWELS
from ai4er.nn.interval_means import interval_means
from ai4er.systems.batch import Item


class Vowels(NamedTuple):
    """Vowel segments of one language: vectors (segments, features), vowel and emotion (segments,) as numbers."""

    vectors: Tensor
    vowel: Tensor
    emotion: Tensor


class Spoken(NamedTuple):
    """A corpus in units of each speaker's own spread.

    utterances (items, features) and segments (segments, features) are means over frames; vowel (segments,) is the
    number of what is said in a segment, item (segments,) that of its utterance.
    """

    utterances: Tensor
    segments: Tensor
    vowel: Tensor
    item: Tensor

    def vowels(self, emotions: Tensor) -> Vowels:
        """The segments of the utterances whose emotion is known (0 or more), given for each of them, (items,)."""
        emotion = emotions[self.item]
        known = emotion >= 0
        return Vowels(self.segments[known], self.vowel[known], emotion[known])


def frame_bounds(times: Tensor, frame_seconds: float) -> tuple[Tensor, Tensor]:
    """First frame and the one behind the last, at least one apart: times (..., 2) in seconds -> (...,) each."""
    starts, ends = (times / frame_seconds).round().long().unbind(-1)
    return starts, ends.maximum(starts + 1)


def spoken(items: Sequence[Item], frame_seconds: float, longest: int) -> Spoken:
    """What items with inputs `speech` (frames, features) and `vowels` (vowels, 3) say in their first `longest` frames.

    Every speaker has mean 0 and variance 1 over the frames; of an unknown speaker there is one in each corpus.
    """
    numbers: dict[tuple[str, str], int] = {}
    speaker = torch.tensor([numbers.setdefault((i.record.corpus, i.record.speaker), len(numbers)) for i in items])
    sums, segments, vowels, owners = [], [], [], []
    for number, item in enumerate(items):
        frames, said = (torch.tensor(item.inputs[name], dtype=torch.float64) for name in ("speech", "vowels"))
        frames = frames[:longest]
        sums.append(torch.stack([torch.full_like(frames[0], len(frames)), frames.sum(0), frames.square().sum(0)]))
        starts, ends = frame_bounds(said[:, 1:], frame_seconds)
        heard = starts < len(frames)
        segments.append(interval_means(frames[None], starts[heard][None], ends[heard][None])[0])
        vowels.append(said[heard, 0].long())
        owners.append(torch.full((int(heard.sum()),), number))
    own = torch.stack(sums)
    count, total, squares = own.new_zeros(len(numbers), *own.shape[1:]).index_add(0, speaker, own).unbind(1)
    mean = total / count
    deviation = (squares / count - mean.square()).clamp(min=1e-12).sqrt()
    owner = torch.cat(owners)
    return Spoken(
        (own[:, 1] / own[:, 0] - mean[speaker]) / deviation[speaker],
        (torch.cat(segments) - mean[speaker[owner]]) / deviation[speaker[owner]],
        torch.cat(vowels), owner,
    )  # fmt: skip


def nearest_emotion(known: Tensor, emotions: Tensor, utterances: Tensor, count: int) -> Tensor:
    """The emotion whose mean over the known utterances is nearest by cosine, (utterances,).

    known (items, features), emotions (items,), below 0 where there is none, utterances (other items, features).
    """
    means = torch.stack([known[emotions == emotion].mean(0) for emotion in range(count)])
    return functional.cosine_similarity(utterances.unsqueeze(1), means, dim=-1).nan_to_num(nan=-2).argmax(1)


def commonality(source: Vowels, target: Vowels, emotions: int) -> Tensor:
    """sim(e, v) = cos(mean_source(e, v), mean_target(e, v)), (emotions, vowels); NaN where a language has no e, v.

    It is the same when the languages change places.
    """
    return functional.cosine_similarity(_means(source, emotions), _means(target, emotions), dim=-1)


def _means(said: Vowels, emotions: int) -> Tensor:
    cells = functional.one_hot(said.emotion * len(VOWELS) + said.vowel, emotions * len(VOWELS)).to(said.vectors)
    return (cells.T @ said.vectors / cells.sum(0).unsqueeze(1)).unflatten(0, (emotions, len(VOWELS)))


def most_alike(similarity: Tensor, top: int) -> Tensor:
    """The `top` vowels of each emotion, as booleans (emotions, vowels); those of which nothing is known never are."""
    order = similarity.nan_to_num(nan=-2).argsort(dim=1, descending=True, stable=True)
    return torch.zeros_like(similarity, dtype=torch.bool).scatter(1, order[:, :top], True) & ~similarity.isnan()


def written_table(anchors: Mapping[str, str], space: LabelSpace) -> Tensor:
    """The booleans of a table that is given, emotion -> vowels such as `ai`; Raises `Ai4erError` for other names."""
    table = torch.zeros(space.size, len(VOWELS), dtype=torch.bool)
    for emotion, vowels in anchors.items():
        if emotion not in space.names:
            raise unknown("emotion of anchors", emotion, space.names)
        for vowel in vowels:
            if vowel not in VOWELS:
                raise Ai4erError(f"anchors of {emotion}: {vowel!r} is none of the vowels {' '.join(VOWELS)}")
            table[space.index(emotion), VOWELS.index(vowel)] = True
    return table
