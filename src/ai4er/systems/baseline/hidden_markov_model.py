"""A hidden Markov model for each class on the frames of an utterance: the model under which they are likeliest decides.

Reference: Nwe, Foo and De Silva, "Speech emotion recognition using hidden Markov models", Speech Communication 41,
2003 (ergodic); Schuller, Rigoll and Lang, "Hidden Markov model-based speech emotion recognition", ICASSP 2003 (left to
right); the algorithms: Rabiner 1989.

Known: one model a class, trained by Baum-Welch, and Bayes' rule with equally probable classes. Chosen: MFCC, five
states with one Gaussian of diagonal covariance each and a floor of 0.1 under every variance, ten iterations. In an
ergodic model every state follows every other and k-means gives the first states; in a left-to-right model a state is
followed by itself or the next, and the first states are equal parts of every utterance. What is told is the
log-likelihood a frame, because neighbouring frames are far from independent; the class that wins is the same.
Reported numbers: not found for these features.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor

from ai4er.labels import LabelSpace
from ai4er.nn.hidden_markov import NEVER, HiddenMarkov, baum_welch
from ai4er.nn.kmeans import kmeans, nearest
from ai4er.nn.length_groups import length_groups
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.baseline._frames import FALLBACKS, MFCC, Frames
from ai4er.systems.baseline._vectors import labelled_batches, need_two_classes, training_targets
from ai4er.systems.batch import Batch, pad
from ai4er.systems.card import Card

_PARAMETERS = tuple(field.name for field in dataclasses.fields(HiddenMarkov))
_TOGETHER = 32
"""Utterances whose counts are computed at once."""


class Config(SystemConfig):
    """`states` of every model and their `topology`; `iterations` of Baum-Welch; `floor` under variances."""

    fallbacks: ClassVar[tuple[str, ...]] = FALLBACKS

    inputs: dict[str, str] = {"frames": MFCC}
    states: int = pydantic.Field(5, ge=1)
    topology: Literal["ergodic", "left_to_right"] = "ergodic"
    iterations: int = pydantic.Field(10, ge=0)
    floor: float = pydantic.Field(0.1, gt=0)

    @classmethod
    def small(cls) -> Self:
        return cls(states=2, iterations=3)


class HiddenMarkovModel(System[Config]):
    """Frames -> log-likelihood of every class, a frame."""

    config_class = Config
    toy = "synthetic_speech"
    present: Tensor
    card = Card(
        title="Speech emotion recognition using hidden Markov models", venue="Speech Communication", year=2003,
        paper="doi 10.1016/S0167-6393(03)00099-2", inputs=("any",), task="single label",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.frames = Frames(self.slug(), shapes, timed)
        more = ((), (config.states,), (self.frames.size,), (self.frames.size,))
        for name, axes in zip(_PARAMETERS, more):
            self.register_buffer(name, torch.ones(space.size, config.states, *axes))
        self.register_buffer("present", torch.zeros(space.size, dtype=torch.bool))

    def solve(self, data: StageData) -> None:
        """One model for each class of the training part. Raises `Ai4erError` where there is one class only."""
        labels = training_targets(data)
        need_two_classes(self.slug(), labels)
        self.frames.measure(labelled_batches(data))
        batches = [self.frames(batch) for batch in labelled_batches(data)]
        sequences = [x[:length] for frames in batches for x, length in zip(frames.data, frames.lengths)]
        self.present.zero_()
        generator = torch.Generator().manual_seed(data.seed)
        for label in labels.unique():
            own = [x for x, other in zip(sequences, labels) if other == label]
            model = self._fitted(own, generator)
            for name in _PARAMETERS:
                self.get_buffer(name)[label] = getattr(model, name)[0].float()
            self.present[label] = True

    def _fitted(self, own: list[Tensor], generator: torch.Generator) -> HiddenMarkov:
        """The model of the sequences of one class, each (frames, features)."""
        lengths = torch.tensor([len(x) for x in own])
        groups = [pad([own[i].cpu().numpy() for i in group]) for group in length_groups(lengths, _TOGETHER)]
        batches = [(group.data.to(own[0].device), group.lengths.to(own[0].device)) for group in groups]
        return baum_welch(self._first(own, generator), batches, self.config.iterations, self.config.floor)

    def _first(self, own: list[Tensor], generator: torch.Generator) -> HiddenMarkov:
        """Gaussians of frames that are assigned to a state once."""
        states, rows = self.config.states, torch.cat(own).double()
        shares = torch.full((states, states), 1 / states, dtype=torch.float64, device=rows.device)
        start = shares[0]
        if self.config.topology == "ergodic":
            owners = nearest(rows, kmeans(rows, states, generator=generator))
        else:
            owners = torch.cat([torch.arange(len(x), device=x.device) * states // len(x) for x in own])
            shares = torch.eye(states).to(rows) + torch.eye(states).to(rows).roll(1, dims=1).triu()
            shares, start = shares / shares.sum(1, keepdim=True), torch.eye(states).to(rows)[0]
        weights = torch.nn.functional.one_hot(owners, states).to(rows.dtype).T
        total = weights.sum(1, keepdim=True).clamp(min=1)
        means = weights @ rows / total
        variances = (weights @ rows.square() / total - means.square()).clamp(min=self.config.floor)
        logarithms = (torch.where(part > 0, part.log(), NEVER) for part in (start, shares))
        return HiddenMarkov(*(part.unsqueeze(0) for part in (*logarithms, means, variances)))

    def forward(self, batch: Batch) -> Outputs:
        frames = self.frames(batch)
        model = HiddenMarkov(*(self.get_buffer(name).double() for name in _PARAMETERS))
        likelihood = model.log_likelihood(frames.data, frames.lengths) / frames.lengths.unsqueeze(1)
        return Outputs(logits=likelihood.float().masked_fill(~self.present, NEVER))
