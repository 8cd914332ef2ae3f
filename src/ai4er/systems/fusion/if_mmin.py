"""IF-MMIN: the embeddings of missing modalities are imagined from modality-invariant features.

With all modalities present, one shared encoder maps the embeddings of speech, text and video to features
whose distributions are aligned by central moment discrepancy. For incomplete input these invariant features
are predicted and added to the input of every autoencoder of a cascade, which imagines the embeddings of what
is missing; a frozen copy of the first stage gives the targets. Reference: Zuo et al., "Exploiting
Modality-Invariant Feature for Robust Multimodal Emotion Recognition with Missing Modalities", ICASSP 2023,
arXiv 2210.15359.

Known: networks, losses, sizes and schedules (sheet checked against the released code); the weight 100 of the
invariance term is the paper's from memory (the released code runs with 1). Chosen: time is pooled over real
frames, and a missing modality is one frame of zeros, so that padding changes nothing and the length of what
is missing cannot leak (the release pools over padding too); the first stage keeps its epoch of lowest
validation loss, since validation metrics are taken under the six missing patterns, which that stage does not
know; an input without time axis is standardised and has a linear layer with ReLU for its encoder; a modality
that a training record lacks has no target. Frame features of openSMILE (research licence) and DenseFace are
replaced by log-mel frames and by the frame features that a corpus publishes.
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.central_moment_discrepancy import central_moment_discrepancy
from ai4er.nn.cascaded_autoencoder import CascadedAutoencoder
from ai4er.nn.missing_patterns import draw_patterns
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.systems._inputs import measure_inputs, need_vectors
from ai4er.systems._schedules import warmup_flat_linear
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.fusion._invariant_embedding import MODALITIES, InvariantEmbedding

PATTERNS = {"a": "speech", "v": "video", "l": "text", "av": "speech video", "al": "speech text", "vl": "video text"}
"""Name of each incomplete pattern -> the modalities that are present."""

_SPEECH = "log_mel:sample_rate=16000,bands=64,n_fft=400,hop=160"


class Config(SystemConfig):
    """The released values. Pairs of epochs are (constant rate, linear decay)."""

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": _SPEECH, "text": "text_frames:encoder=minilm", "video": "array:name=video_frames"}
    }

    inputs: dict[str, str] = {
        "speech": _SPEECH,
        "text": "text_frames:encoder=bert-large-uncased",
        "video": "array:name=video_frames",
    }
    standardise: tuple[str, ...] = ("speech",)
    features: int = 128
    text_kernels: tuple[int, ...] = (3, 4, 5)
    invariance_layers: int = 2
    invariant_residual: bool = True
    blocks: int = 5
    block_layers: tuple[int, ...] = (256, 128, 64)
    classifier_layers: tuple[int, ...] = (128, 128)
    text_dropout: float = 0.5
    full_dropout: float = 0.3
    dropout: float = 0.5
    moments: int = 5
    alignment_weight: float = 1.0
    imagination_weight: float = 1.0
    invariance_weight: float = 100.0
    learning_rate: float = 2e-4
    full_betas: tuple[float, float] = (0.9, 0.999)
    betas: tuple[float, float] = (0.5, 0.999)
    full_batch_size: int = 64
    batch_size: int = 128
    full_epochs: tuple[int, int] = (10, 10)
    epochs: tuple[int, int] = (20, 20)
    full_clip: float = 0.5
    clip: float = 1.0

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={name: f"array:name={'audio' if name == 'speech' else name}_frames" for name in MODALITIES},
            standardise=MODALITIES, features=24, blocks=2, block_layers=(32, 12), classifier_layers=(24,),
            text_dropout=0.1, full_dropout=0.1, dropout=0.1, learning_rate=3e-3, full_batch_size=16, batch_size=16,
            full_epochs=(4, 2), epochs=(8, 4), invariance_weight=10.0,
        )  # fmt: skip


def _initialise(module: nn.Module) -> None:
    """Kaiming (fan-in) normal weights and zero biases; the LSTMs keep their default."""
    if isinstance(module, nn.Linear | nn.Conv1d):
        nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(module.bias)  # type: ignore[arg-type]


_REPORTED = {
    "a": (0.5620, 0.5813), "v": (0.5197, 0.5041), "l": (0.6702, 0.6820), "av": (0.6533, 0.6652),
    "al": (0.7405, 0.7544), "vl": (0.7268, 0.7362), "": (0.6454, 0.6538),
}  # fmt: skip


class IFMMIN(System[Config]):
    """Speech, text and video, any of them missing -> class logits."""

    config_class = Config
    toy = "synthetic_trimodal"
    card = Card(
        title="Exploiting Modality-Invariant Feature for Robust Multimodal Emotion Recognition with Missing Modalities",
        venue="ICASSP", year=2023, paper="arXiv 2210.15359", inputs=("speech", "text", "video"), task="single label",
        official_code="ZhuoYulang/IF-MMIN", licence="MIT", frozen=("teacher",),
        reported=tuple(
            Reported(
                corpus="iemocap", protocol="leave_one_speaker_out", metric=name + (f"[{pattern}]" if pattern else ""),
                value=value, certainty="memory", note="" if pattern else "average of the six patterns",
            )
            for pattern, values in _REPORTED.items()
            for name, value in zip(("wa", "ua"), values)
        ),
        diagnostic=Diagnostic(
            mechanism="imagined_modalities", margin=0.1, metric="ua",
            settings={
                "inputs": {"speech": "array:name=audio", "text": "array:name=text", "video": "array:name=video"},
                "features": 16, "full_epochs": (6, 3), "epochs": (20, 10), "full_batch_size": 128, "batch_size": 128,
                "learning_rate": 5e-3, "imagination_weight": 10.0, "invariance_weight": 1.0,
            },
            ablation={"imagination_weight": 0.0, "invariance_weight": 0.0, "alignment_weight": 0.0},
            removes="imagination, invariance and alignment",
        ),
    )  # fmt: skip
    tolerates_missing = True
    conditions = {
        pattern: tuple(name for name in MODALITIES if name not in present.split())
        for pattern, present in PATTERNS.items()
    }
    imagines: Tensor
    patterns: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, MODALITIES)
        if not set(config.standardise) <= set(MODALITIES):
            raise Ai4erError(f"if_mmin: standardise={config.standardise} may hold {', '.join(MODALITIES)}")
        rows = [[name in present.split() for name in MODALITIES] for present in PATTERNS.values()]
        self.register_buffer("patterns", torch.tensor(rows), persistent=False)
        self.register_buffer("imagines", torch.tensor(True))
        size = len(MODALITIES) * config.features
        self.embedding = InvariantEmbedding(
            shapes, timed, config.features, config.invariance_layers, config.standardise, config.text_kernels,
            config.text_dropout,
        )  # fmt: skip
        self.full_classifier = multilayer_perceptron(
            (2 * size, *config.classifier_layers, space.size), nn.ReLU, config.full_dropout
        )
        self.imagination = CascadedAutoencoder(size, config.block_layers, config.blocks)
        joint = config.blocks * config.block_layers[-1]
        self.classifier = multilayer_perceptron((joint, *config.classifier_layers, space.size), nn.ReLU, config.dropout)
        self.apply(_initialise)
        self.teacher = copy.deepcopy(self.embedding).requires_grad_(False)

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        self.teacher.eval()
        return self

    def forward(self, batch: Batch) -> Outputs:
        """Logits of the stage; in training every item of the second stage draws a missing pattern."""
        available = torch.stack([batch.available[name] for name in MODALITIES], dim=1)
        if not self.imagines:
            embedding, invariant = self.embedding(batch, available)
            joint = torch.cat([embedding.flatten(1), invariant.flatten(1)], dim=1)
            extras = {"available": available, "invariant": invariant}
            return Outputs(logits=self.full_classifier(joint), embedding=joint, extras=extras)
        present = draw_patterns(available, self.patterns) if self.training else available
        embedding, invariant = self.embedding(batch, present)
        added = invariant.flatten(1) if self.config.invariant_residual else None
        imagined, codes = self.imagination(embedding.flatten(1), added)
        extras = {"available": available, "present": present, "invariant": invariant}
        extras["imagined"] = imagined.view_as(invariant)
        return Outputs(logits=self.classifier(codes), embedding=codes, extras=extras)

    def full_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """First stage: cross-entropy, and the discrepancy of the invariant features averaged over the pairs."""
        invariant, available = outputs.extras["invariant"], outputs.extras["available"]
        discrepancies = []
        for one, other in ((0, 1), (0, 2), (1, 2)):
            both = available[:, one] & available[:, other]
            if both.any():
                x, y = invariant[both, one], invariant[both, other]
                discrepancies.append(central_moment_discrepancy(x, y, self.config.moments))
        mean = torch.stack(discrepancies).mean() if discrepancies else invariant.sum() * 0
        terms = {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}
        return {**terms, "alignment": self.config.alignment_weight * mean}

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Second stage: cross-entropy, imagination of what is missing, and its invariant features."""
        available, present = outputs.extras["available"], outputs.extras["present"]
        missing, invariant = self.targets(batch, available, present)
        return {
            "cross_entropy": functional.cross_entropy(outputs.logits, batch.targets),
            "imagination": self.config.imagination_weight * _error(outputs.extras["imagined"], missing, available),
            "invariance": self.config.invariance_weight * _error(outputs.extras["invariant"], invariant, available),
        }

    @torch.no_grad()
    def targets(self, batch: Batch, available: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings of the complement of the pattern, and invariant features of the whole input."""
        return self.teacher(batch, available & ~present)[0], self.teacher(batch, available)[1]

    def begin_full(self, data: StageData) -> None:
        """First stage: all modalities; the statistics of the inputs are those of its data."""
        measure_inputs(self.embedding.standardisation, data, self.config.full_batch_size)
        self.imagines.fill_(False)

    def begin_imagination(self, data: StageData) -> None:
        """Second stage: a frozen copy of the first stage gives the targets."""
        self.teacher.load_state_dict(self.embedding.state_dict())
        self.imagines.fill_(True)

    def stages(self) -> list[Stage]:
        """All modalities, then incomplete input; both with a constant rate, then linear decay by epochs."""
        config = self.config

        def optimise(parts: list[nn.Module], betas: tuple[float, float], epochs: tuple[int, int]) -> list[Optimisation]:
            optimiser = torch.optim.Adam(nn.ModuleList(parts).parameters(), config.learning_rate, betas=betas)
            constant, decaying = epochs
            rate = warmup_flat_linear(optimiser, 0, constant - 1, constant + decaying)
            return [Optimisation(optimiser, rate, "epoch")]

        full, imagination = [self.embedding, self.full_classifier], [self.embedding, self.imagination, self.classifier]
        return [
            Stage(
                "full", sum(config.full_epochs), config.full_batch_size,
                lambda steps: optimise(full, config.full_betas, config.full_epochs),
                loss="full_loss", select="loss", clip=config.full_clip, before="begin_full",
            ),
            Stage(
                "imagination", sum(config.epochs), config.batch_size,
                lambda steps: optimise(imagination, config.betas, config.epochs),
                select="ua", clip=config.clip, before="begin_imagination",
            ),
        ]  # fmt: skip

    def clip(self, stage: Stage) -> None:
        """The first stage limits the norm of the whole gradient, the second that of each sub-network."""
        if stage.name == "full":
            super().clip(stage)
            return
        for part in (*self.embedding.encoders.values(), self.embedding.invariance, self.imagination, self.classifier):
            nn.utils.clip_grad_norm_(part.parameters(), self.config.clip)


def _error(predicted: Tensor, target: Tensor, available: Tensor) -> Tensor:
    """Mean squared error over the slots of modalities that the records have: (batch, modalities, features)."""
    weights = available.unsqueeze(-1).expand_as(target).to(target.dtype)
    return ((predicted - target).square() * weights).sum() / weights.sum().clamp(min=1)
