"""Neural structured learning: a large network tells a small one which utterances are alike, and nothing more.

A speech encoder learns emotions on a source corpus and embeds the training clips of the target; clips of nearly the
same direction become neighbours. A small convolutional network learns the labels from spectrograms, with a second loss
that brings the hidden vectors of neighbours together. Large network and graph are not used again: the device runs the
small one. Reference: Ren et al., "Knowledge Transfer for on-Device Speech Emotion Recognition With Neural Structured
Learning", ICASSP 2023, arXiv 2210.14977.

Known: lengths, graph, networks, losses and recipe (sheet checked against the released code, whose parameter counts
include the running statistics of batch normalisation). Different from the release: missing neighbours are left out
before the pass in place of blank spectrograms, so that they enter no statistic; samples pass once; every pair of clips
is compared, where the release hashes first. Chosen: MobileNet15, the smallest of the paper's four; 3 neighbours of its
3, 6 and 9; source and target share their classes, and the source is the
training part itself unless the protocol offers another (`source_role=pretrain`). The first and last frame of the
spectrogram reach beyond the clip and are left out. Reported numbers: not found.

Offline substitute: `ai4er-small` as the source, at a higher rate and for fewer epochs, and ResNet9, which is the
fastest on a processor, with a quarter of its channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.graph_regularisation import neighbour_distance
from ai4er.nn.neighbour_graphs import cosine_neighbours
from ai4er.nn.pooling import masked_mean
from ai4er.nn.standardisation import Standardisation
from ai4er.nn.tiling import tile
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.card import Card, Diagnostic
from ai4er.systems.speech._spectrogram_networks import Name, SpectrogramNetwork

SPECTRUM, SPEECH = "spectrum", "speech"
Key = tuple[str, str]


class Config(SystemConfig):
    """The released values.

    `source_steps` and `embedded_steps` are the lengths to which the source network's clips are tiled or cut, in
    samples; `average` is what batch normalisation keeps of its running statistics at each step.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "network_name": "resnet9", "channels": (16, 32, 64, 128), "source_steps": 48_000,
        "embedded_steps": 48_000, "source_learning_rate": 1e-4, "source_epochs": 8, "epochs": 30,
    }  # fmt: skip

    inputs: dict[str, str] = {
        SPECTRUM: "log_mel:bands=64,n_fft=512,hop=256,samples=95744,fill=repeats", SPEECH: "waveform:sample_rate=16000",
    }  # fmt: skip
    encoder: str = "facebook/wav2vec2-base"
    source_role: Literal["train", "pretrain"] = "train"
    source_steps: int = pydantic.Field(64_000, ge=1)
    embedded_steps: int = pydantic.Field(134_880, ge=1)
    projection: int = pydantic.Field(256, ge=1)
    network_name: Name = "mobilenet15"
    channels: tuple[int, int, int, int] = (64, 128, 256, 512)
    hidden: int = pydantic.Field(256, ge=1)
    average: float = pydantic.Field(0.99, ge=0, lt=1)
    least_cosine: float = pydantic.Field(0.99, ge=-1, le=1)
    neighbours: int = pydantic.Field(3, ge=1)
    layer: Literal["fc1", "fc2"] = "fc1"
    alpha: float = pydantic.Field(0.1, ge=0)
    source_learning_rate: float = 3e-5
    learning_rate: float = 1e-3
    decay: float = 0.9
    decay_epochs: int = 5
    batch_size: int = 16
    source_epochs: int = 20
    epochs: int = 50

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={
                SPECTRUM: "log_mel:bands=16,n_fft=512,hop=256,samples=12800,fill=repeats",
                SPEECH: "log_mel:bands=16,n_fft=512,hop=256,normalise=utterance",
            },
            encoder="", source_steps=48, embedded_steps=48, projection=16, network_name="cnn6", channels=(4, 8, 8, 16),
            hidden=16, average=0.9, least_cosine=0.9, source_learning_rate=1e-2, learning_rate=5e-3, source_epochs=4,
            epochs=6,
        )  # fmt: skip


class SourceNetwork(nn.Module):
    """The large network: states of the last layer -> projection -> mean over time -> classes."""

    def __init__(self, config: Config, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.encoder = speech_encoder(config.encoder, shape, frozen=("feature_extractor",))
        self.projection = nn.Linear(self.encoder.hidden_size, config.projection)
        self.classifier = nn.Linear(config.projection, classes)

    def forward(self, clips: Padded, steps: int) -> Tensor:
        """Clips tiled or cut to one length -> the mean of their projected frames, (batch, projection)."""
        tiled = tile(clips.data, clips.lengths, steps)
        states = self.encoder.hidden(tiled, torch.full_like(clips.lengths, steps))
        return masked_mean(self.projection(states.x[:, :, -1]), states.mask)


class NeuralStructuredLearning(System[Config]):
    """Spectrogram -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Knowledge Transfer for on-Device Speech Emotion Recognition With Neural Structured Learning",
        venue="ICASSP", year=2023, paper="arXiv 2210.14977", inputs=("speech",), task="single label",
        official_code="glam-imperial/NSL-SER", licence="MIT",
        frozen=("source.encoder.network.feature_extractor", "source.encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="wrong_labels_known_neighbours", ablation={"alpha": 0}, margin=0.05,
            settings={
                "inputs": {SPECTRUM: "array:name=spectrum", SPEECH: "array:name=frames"}, "source_role": "pretrain",
                "source_steps": 6, "embedded_steps": 6, "alpha": 4, "neighbours": 6, "layer": "fc2", "epochs": 20,
            },
            removes="the neighbours",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.source = SourceNetwork(config, shapes[SPEECH], space.size)
        self.standardise = Standardisation(shapes[SPECTRUM][0])
        self.network = SpectrogramNetwork(
            config.network_name, config.channels, config.hidden, space.size, config.average
        )
        self.neighbours: dict[Key, list[tuple[Item, float]]] = {}

    def collate(self, items: Sequence[Item]) -> Batch:
        """In training also the edges: whose, to which spectrogram, of which weight."""
        batch = super().collate(items)
        edges = [(i, *edge) for i, item in enumerate(items) for edge in self.neighbours.get(key(item), ())]
        if self.training and edges:
            there = super().collate([item for _, item, _ in edges])
            batch.extras["neighbours"] = there[SPECTRUM].data
            batch.extras["whose"] = torch.tensor([i for i, _, _ in edges])
            batch.extras["weights"] = torch.tensor([weight for _, _, weight in edges])
        return batch

    def answer(self, spectrum: Tensor) -> tuple[Tensor, Tensor]:
        """Spectrograms (batch, frames, bands) -> logits, and the layer in which neighbours shall be alike.

        Raises `Ai4erError` for spectrograms that poolings would leave nothing of.
        """
        if min(spectrum.shape[1] - 2, spectrum.shape[2]) < self.network.least:
            raise Ai4erError(
                f"neural_structured_learning: {self.config.network_name} needs spectrograms of "
                f"{self.network.least + 2} frames and {self.network.least} bands or more, and these are "
                f"{tuple(spectrum.shape[1:])}"
            )
        logits, hidden = self.network(self.standardise(spectrum[:, 1:-1]))
        return logits, hidden if self.config.layer == "fc1" else logits

    def forward(self, batch: Batch) -> Outputs:
        logits, hidden = self.answer(batch[SPECTRUM].data)
        return Outputs(logits=logits, embedding=hidden)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy, and the distance of the batch's samples from their neighbours, which pass by themselves."""
        terms = {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}
        if self.config.alpha and "neighbours" in batch.extras:
            assert outputs.embedding is not None
            there = self.answer(batch.extras["neighbours"])[1]
            here = outputs.embedding[batch.extras["whose"]]
            terms["graph"] = self.config.alpha * neighbour_distance(here, there, batch.extras["weights"])
        return terms

    def source_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The emotions of the source corpus."""
        logits = self.source.classifier(self.source(batch[SPEECH], self.config.source_steps))
        return {"cross_entropy": functional.cross_entropy(logits, batch.targets)}

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """The source stage needs no `forward`, which is that of the small network."""
        if stage.name == "target":
            return super().step(batch, stage, optimisers, backward)
        terms = self.source_loss(Outputs(), batch)
        optimisers[0].zero_grad()
        backward(terms["cross_entropy"])
        optimisers[0].step()
        return terms

    @torch.no_grad()
    def link(self, data: StageData) -> None:
        """The neighbours of every training clip, and the statistics of the bands."""
        config, items = self.config, data.items["train"]
        self.neighbours = {}
        self.eval()
        batches = list(data.batches("train", config.batch_size))
        self.standardise.measure((batch[SPECTRUM].data, batch[SPECTRUM].mask) for batch in batches)
        embedded = torch.cat([self.source(batch[SPEECH], config.embedded_steps) for batch in batches])
        places, weights = cosine_neighbours(embedded, config.least_cosine, config.neighbours)
        for item, near, cosines in zip(items, places.tolist(), weights.tolist()):
            self.neighbours[key(item)] = [(items[i], cosine) for i, cosine in zip(near, cosines) if cosine]

    def stages(self) -> list[Stage]:
        """The large network on the source, then the small one on the target; the last epochs are kept."""
        config = self.config

        def source(steps: int) -> list[Optimisation]:
            trained = [p for p in self.source.parameters() if p.requires_grad]
            return [Optimisation(torch.optim.Adam(trained, config.source_learning_rate))]

        def target(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.Adam(self.network.parameters(), config.learning_rate)
            schedule = torch.optim.lr_scheduler.StepLR(optimiser, config.decay_epochs, config.decay)
            return [Optimisation(optimiser, schedule, every="epoch")]

        return [
            Stage("source", config.source_epochs, config.batch_size, source, "source_loss", role=config.source_role),
            Stage("target", config.epochs, config.batch_size, target, before="link", drop_last=True),
        ]


def key(item: Item) -> Key:
    """What an item is found again by."""
    return item.record.corpus, item.record.id
