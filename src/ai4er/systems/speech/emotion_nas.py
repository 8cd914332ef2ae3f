"""EmotionNAS: the networks of a spectrogram and of a wav2vec stream are searched, and each supplements the other.

Good architectures for emotional speech differ between features and corpora. Differentiable architecture search mixes
all operations on every edge of a cell, learns their weights on half of the training part and those of the operations on
the other half, and keeps the strongest edges, which are trained from scratch. What one stream lacks comes from the
other through a gate (information supplement). Reference: Sun et al., "EmotionNAS: Two-stream Neural Architecture Search
for Speech Emotion Recognition", Interspeech 2023, arXiv 2203.13617.

Known: both streams, the search of each, the supplement (abstracts); window and hop second-hand; results were not found.
Chosen, inferred by the sheet: search space, sizes and recipe, which are those of DARTS; the form of the supplement.
Chosen here: short utterances are repeated up to the fixed length; a batch of both halves in each step of the search;
paths are dropped at a constant rate; one search for each seed of a training; no recurrent cells, so that the wav2vec
stream has the same space along time. `genotypes` takes the place of the searches where cells were found before.

Offline substitute: the frames of `ai4er-small`; spectrograms in decibels, small maps, few cells and
channels, short searches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.architecture_search import Genotype
from ai4er.systems._bilevel import Bilevel, BilevelSystem
from ai4er.systems._inputs import need_vectors
from ai4er.systems._schedules import cosine
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card, Diagnostic
from ai4er.systems.speech._searched_streams import STREAMS, StreamsConfig, TwoStreams

_SPECTROGRAM = "spectrogram:window=400,hop=176,n_fft=400"
_PLAIN = " / ".join(["skip:0 skip:1 " * 4] * 2)
"""Cells of skip connections alone, for the diagnostic of what comes behind them."""


class Config(StreamsConfig):
    """The sheet's values.

    `genotypes` are cells by stream, as `genotype_texts` gives them. `separate` searches the streams one after the
    other, each with its own loss. `order` 2 lets the architecture know that the weights follow it by one step.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {
            "spectrogram": f"{_SPECTROGRAM},scale=decibels", "speech": "speech_frames:encoder=ai4er-small",
        },
        "frames": {"spectrogram": 364, "speech": 192}, "map_size": (32, 32), "search_cells": 3, "search_channels": 4,
        "cells": 3, "channels": 12, "search_epochs": 2, "epochs": 20,
    }  # fmt: skip

    inputs: dict[str, str] = {
        "spectrogram": _SPECTROGRAM, "speech": "speech_frames:encoder=facebook/wav2vec2-base"
    }  # fmt: skip
    genotypes: dict[str, str] = {}
    separate: bool = True
    order: Literal[1, 2] = 1
    stream_weight: float = pydantic.Field(0.5, ge=0)
    search_epochs: int = pydantic.Field(30, ge=1)
    search_rate: float = 0.025
    lowest_search_rate: float = 1e-3
    search_decay: float = 3e-4
    clip: float = 5.0
    architecture_rate: float = 3e-4
    architecture_decay: float = 1e-3
    learning_rate: float = 1e-3
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = pydantic.Field(100, ge=1)
    patience: int | None = 20

    @pydantic.field_validator("genotypes")
    @classmethod
    def _of_both_streams(cls, value: dict[str, str]) -> dict[str, str]:
        if value and set(value) != set(STREAMS):
            raise ValueError(f"genotypes must name {' and '.join(STREAMS)}, or nothing")
        return {name: Genotype.parse(text).text for name, text in value.items()}

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={
                "spectrogram": "spectrogram:window=400,hop=320,n_fft=400,bins=64,scale=decibels",
                "speech": "log_mel:bands=40,hop=320,normalise=utterance",
            },
            frames={"spectrogram": 48, "speech": 48}, map_size=(16, 16), operations=("none", "skip", "dilated_3"),
            search_cells=3, search_channels=4, cells=3, channels=4, dim=16, search_epochs=3, architecture_rate=1e-2,
            learning_rate=1e-2, path_dropout=0.1, batch_size=40, epochs=4,
        )  # fmt: skip


_SEARCHES = {"search_spectrogram": STREAMS[:1], "search_speech": STREAMS[1:], "search": STREAMS}
"""The streams of each search."""


class EmotionNAS(BilevelSystem[Config]):
    """Spectrogram and frames of speech -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="EmotionNAS: Two-stream Neural Architecture Search for Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="arXiv 2203.13617", inputs=("speech",), task="single label",
        diagnostic=Diagnostic(
            mechanism="streams_together", ablation={"supplement": False}, margin=0.4,
            settings={
                "inputs": {name: f"array:name={name}" for name in STREAMS}, "map_size": (8, 8), "epochs": 10,
                "frames": dict.fromkeys(STREAMS, 8), "genotypes": dict.fromkeys(STREAMS, _PLAIN), "batch_size": 32,
                "learning_rate": 0.02,
            },
            removes="the information supplement",
        ),
    )  # fmt: skip
    genotype: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, STREAMS)
        self._build(config.genotypes)

    def _build(self, genotypes: Mapping[str, str]) -> None:
        """Networks of random weights: supernets, or those of the genotypes, which are kept with the weights."""
        text = "\n".join(genotypes[name] for name in STREAMS if genotypes)
        self.register_buffer("genotype", torch.tensor(list(text.encode()), dtype=torch.uint8))
        self.networks = TwoStreams(self.config, self.shapes, self.space.size, genotypes)

    @property
    def genotype_texts(self) -> dict[str, str]:
        """The cells that were found, by stream; none before the search has ended."""
        lines = bytes(self.genotype.tolist()).decode().splitlines()
        return dict(zip(STREAMS, lines))

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *more: Any) -> None:
        """The weights decide whether there are supernets or cells, and which: they are built before loading."""
        given = state_dict.get(prefix + "genotype")
        if given is not None and not torch.equal(given.cpu(), self.genotype.cpu()):
            self._build(dict(zip(STREAMS, bytes(given.tolist()).decode().splitlines())))
            self.networks.to(given.device)
        super()._load_from_state_dict(state_dict, prefix, *more)

    def discretise(self, data: StageData) -> None:
        """Build what the search has left, with random weights, unless it was given."""
        self.together()
        if not self.genotype_texts:
            streams = self.networks.streams
            self._build({name: streams[name].stack.genotype().text for name in STREAMS})  # type: ignore[union-attr,operator]
        self.to(data.device)

    def forward(self, batch: Batch) -> Outputs:
        logits, both = self.networks({name: as_sequence(batch[name]) for name in STREAMS})
        return Outputs(logits=logits["fused"], embedding=both, extras={"heads": logits})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the joint head, and that of each stream by itself."""
        return self._terms(outputs.extras["heads"], batch.targets)

    def _terms(self, heads: Mapping[str, Tensor], targets: Tensor) -> dict[str, Tensor]:
        weight = {name: self.config.stream_weight if len(heads) > 1 and name != "fused" else 1.0 for name in heads}
        return {name: weight[name] * known_cross_entropy(logits, targets) for name, logits in heads.items()}

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """In a search, the architecture by the one half of the data, then the weights by the other."""
        if not stage.name.startswith("search"):
            return super().step(batch, stage, optimisers, backward)
        streams = _SEARCHES[stage.name]

        def terms(inputs: Mapping[str, Any], targets: Tensor) -> dict[str, Tensor]:
            sequences = {name: as_sequence(inputs[name]) for name in streams}
            if len(streams) > 1:
                return self._terms(self.networks(sequences)[0], targets)
            return self._terms({name: self.networks.stream(name, x)[0] for name, x in sequences.items()}, targets)

        bilevel = Bilevel(*self._parts(streams), self.config.order, self.config.clip)
        return self.bilevel_step(batch, terms, bilevel, optimisers, backward)

    def _parts(self, streams: Sequence[str]) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """The weights and the architecture of a search."""
        networks = self.networks
        architecture = [alpha for name in streams for alpha in networks.streams[name].architecture()]  # type: ignore[operator]
        searched = [networks] if len(streams) > 1 else [networks.streams[streams[0]], networks.heads[streams[0]]]
        alphas = {id(alpha) for alpha in architecture}
        return [p for module in searched for p in module.parameters() if id(p) not in alphas], architecture

    def stages(self) -> list[Stage]:
        """The searches, if cells are not given, then the training of what they leave, from scratch."""
        config = self.config

        def search(name: str) -> Stage:
            def optimise(steps: int) -> list[Optimisation]:
                weights, architecture = self._parts(_SEARCHES[name])
                sgd = torch.optim.SGD(weights, config.search_rate, momentum=0.9, weight_decay=config.search_decay)
                adam = torch.optim.Adam(
                    architecture, config.architecture_rate, (0.5, 0.999), weight_decay=config.architecture_decay
                )
                lowest = config.lowest_search_rate / config.search_rate
                return [Optimisation(sgd, cosine(sgd, 0, steps, lowest=lowest)), Optimisation(adam)]

            draw = self.of_half(config.batch_size)
            return Stage(name, config.search_epochs, config.batch_size, optimise, before="halve", sampler=draw)

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.Adam(self.networks.parameters(), config.learning_rate))]

        names = list(_SEARCHES)[:2] if config.separate else list(_SEARCHES)[2:]
        found = [] if config.genotypes else [search(name) for name in names]
        train = Stage("train", config.epochs, config.batch_size, optimise, before="discretise", select="ua",
                      patience=config.patience)  # fmt: skip
        return [*found, train]
