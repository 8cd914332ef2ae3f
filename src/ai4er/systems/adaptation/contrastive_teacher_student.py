"""Contrastive teacher-student learning: a speech network for clean sound learns to hear the same in one known noise.

The student begins as a copy of a network that was fine-tuned on clean speech, which stays its teacher and always hears
the clean recording. The student hears it in noise and learns the labels, to have the teacher's embedding of the
recording, and to be nearer to it than to the embeddings of recordings with other emotions: a contrast that keeps
embeddings from becoming all the same, so that one short recording of the noise is enough. Reference: Leem et al.,
"Adapting a Self-Supervised Speech Representation for Noisy Speech Emotion Recognition by Using Contrastive
Teacher-Student Learning", ICASSP 2023.

Known: network, losses, noise and recipe, from the released code. Its numbers, noises and ratios were not found; 0 dB is
its example's. Different from the release: embeddings are means over the real frames; what `wav2vec2-large-robust`'s
configuration masks or skips at random in training stays; a ratio is a number (the script stops at a text); the distance
of embeddings has no gradient where it is 0; labels are compared with a tolerance, since means of ratings differ
by exactly the margin often. Chosen: classes too, with cross-entropy, where every other class is a negative; epochs are
chosen by the sum of the concordance coefficients (of classes: the mean recall) over the whole validation part, in the
adaptation with one fixed draw of the validation noise.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs, and two clips of rain as the noise.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.concordance import known_concordance_loss
from ai4er.losses.info_nce import info_nce
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.pooling import masked_mean
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.adaptation._contamination import RATE, contaminated, noise_recording, segments
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, parts
from ai4er.systems.card import Card, Diagnostic

_TOLERANCE = 1e-4
_NOISE_SEEDS = (1, 2)  # of generated noise for training and for validation
_VALIDATION_SEED = 0


class Config(SystemConfig):
    """The released values. An empty `encoder` is a network for log-mel frames.

    `train_noise` and `valid_noise` are two recordings of the noise that is adapted to (files, `white` or `pink`), laid
    over speech at one of the `ratios` in decibels (as `contaminated` has them). `margin` is on the scale of 1 to 7.
    Without `agreement` and `contrast` the adaptation merely learns from noisy speech.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "train_noise": "noise_esc10/flac/rain/1-17367-A.flac",
        "valid_noise": "noise_esc10/flac/rain/2-101676-A.flac", "learning_rate": 1e-4, "decay": 0.95,
        "clean_epochs": 6, "adapt_epochs": 4,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": f"waveform:sample_rate={RATE}"}
    encoder: str = "facebook/wav2vec2-large-robust"
    layers: int = pydantic.Field(12, ge=1)
    seconds: float = pydantic.Field(12.0, gt=0)
    hidden: int = pydantic.Field(1024, ge=1)
    dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    train_noise: str = "noise_train.wav"
    valid_noise: str = "noise_valid.wav"
    ratios: tuple[float, ...] = pydantic.Field((0.0,), min_length=1)
    agreement: float = pydantic.Field(100.0, ge=0)
    contrast: float = pydantic.Field(10.0, ge=0)
    temperature: float = pydantic.Field(0.1, gt=0)
    margin: float = pydantic.Field(0.5, ge=0)
    learning_rate: float = 1e-4
    decay: float = pydantic.Field(0.8, gt=0)
    batch_size: int = pydantic.Field(32, ge=1)
    micro_batch: int = pydantic.Field(8, ge=1)
    clean_epochs: int = 10
    adapt_epochs: int = 10

    @classmethod
    def small(cls) -> Self:
        return cls(
            encoder="", hidden=32, dropout=0.1, train_noise="white", valid_noise="white", learning_rate=3e-3,
            batch_size=16, clean_epochs=5, adapt_epochs=3,
        )  # fmt: skip


class Regressor(nn.Sequential):
    """Dropout, linear, layer norm, ReLU, dropout, linear: embeddings (batch, inputs) -> (batch, outputs)."""

    def __init__(self, inputs: int, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__(
            nn.Dropout(dropout), nn.Linear(inputs, hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, outputs),
        )  # fmt: skip


def different(targets: Tensor, margin: float) -> Tensor:
    """Which utterances are negatives of each other, (batch, batch): targets (batch, names) from 0 to 1.

    Those whose values are at least `margin` of a scale from 1 to 7 apart, in every dimension; never one without labels.
    """
    apart = 6 * (targets.unsqueeze(1) - targets.unsqueeze(0)).abs()
    return (apart >= margin - _TOLERANCE).all(2)


class ContrastiveTeacherStudent(System[Config]):
    """Waveform -> arousal, valence, dominance (or classes)."""

    config_class = Config
    kinds = ("dimensions", "single")
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Adapting a Self-Supervised Speech Representation for Noisy Speech Emotion Recognition by Using "
        "Contrastive Teacher-Student Learning",
        venue="ICASSP", year=2023, paper="Leem_2023", inputs=("speech",),
        task="activation, dominance, valence in noise",
        official_code="sgleem/contrastive-teacher-student-learning-for-SSL-SER", licence="none",
        frozen=("encoder.network.feature_extractor", "encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="drowned_tones", ablation={"agreement": 0.0, "contrast": 0.0}, margin=0.04, metric="ccc",
            settings={"clean_epochs": 50, "adapt_epochs": 25, "batch_size": 75, "micro_batch": 75, "decay": 0.96},
            removes="the teacher",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if shapes["speech"] != () or not timed["speech"]:
            raise Ai4erError(f"{self.slug()}: noise is laid over sound: speech needs the front end waveform")
        self.encoder = speech_encoder(config.encoder, (), ("feature_extractor",), config.layers, channels=())
        self.regressor = Regressor(self.encoder.hidden_size, config.hidden, space.size, config.dropout)
        self.level = Standardisation(1)
        self.noise: dict[str, Tensor] = {}
        self.teacher: tuple[nn.Module, ...] = ()  # no part of the network, so that a recognizer need not carry it

    def prepare(self, data: StageData) -> None:
        """Measure mean and deviation of all training samples."""
        self.level.measure((b["speech"].data.unsqueeze(2), b["speech"].mask) for b in data.batches("train", 8))

    def teach(self, data: StageData) -> None:
        """What was learnt from clean speech becomes the teacher; the recordings of the noise are read."""
        self.teacher = (copy.deepcopy(self.encoder).eval().requires_grad_(False),)
        names = {"train": self.config.train_noise, "valid": self.config.valid_noise}
        self.noise = {
            role: noise_recording(name, seed).to(data.device) for (role, name), seed in zip(names.items(), _NOISE_SEEDS)
        }

    def heard(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The first seconds of the recordings in units of the training part, zero behind their lengths, and these."""
        longest = int(self.config.seconds * RATE)
        x, lengths = batch["speech"].data[:, :longest], batch["speech"].lengths.clamp(max=longest)
        real = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        return self.level(x.unsqueeze(2)).squeeze(2) * real, lengths

    def noisy(self, x: Tensor, role: str, generator: torch.Generator | None = None) -> Tensor:
        """Recordings (batch, samples) with a random part of the noise of a role, each at a random one of the ratios."""
        ratios = torch.tensor(self.config.ratios)
        drawn = ratios[torch.randint(len(ratios), (len(x),), generator=generator)]
        heard = segments(self.noise[role], len(x), x.shape[1], generator)
        return contaminated(x, heard, drawn.to(x.device))

    def embedded(self, encoder: nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
        """The mean of the encoder's last state over the real frames, (batch, hidden)."""
        steps = encoder.hidden(x, lengths)  # type: ignore[operator]
        return masked_mean(steps.x[:, :, -1], steps.mask)

    def judged(self, embedding: Tensor) -> Outputs:
        """What the regressor makes of embeddings; values from 0 to 1 are brought to the scale of the labels."""
        found = self.regressor(embedding)
        if self.space.kind == "single":
            return Outputs(logits=found, embedding=embedding)
        return Outputs(values=self.space.low + (self.space.high - self.space.low) * found, embedding=embedding)

    def forward(self, batch: Batch) -> Outputs:
        return self.judged(self.embedded(self.encoder, *self.heard(batch)))

    def scaled(self, targets: Tensor) -> Tensor:
        """Dimensions from 0 to 1."""
        return (targets - self.space.low) / (self.space.high - self.space.low)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The sum over the dimensions of 1 minus the concordance coefficient; of classes the cross-entropy."""
        if self.space.kind == "single":
            return {"emotion": known_cross_entropy(outputs.logits, batch.targets)}
        concordance = known_concordance_loss(self.scaled(outputs.values), self.scaled(batch.targets))
        return {"emotion": self.space.size * concordance}

    def adaptation_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The task in noise, the root of the mean squared distance to the teacher's embeddings, and the contrast."""
        config, student = self.config, outputs.embedding
        assert student is not None
        with torch.no_grad():
            teacher = self.embedded(self.teacher[0], *self.heard(batch))
        student, teacher = student.float(), teacher.float()
        distance = torch.linalg.vector_norm(student - teacher) / student.numel() ** 0.5
        terms = self.loss(outputs, batch)
        terms["agreement"] = config.agreement * distance
        contrast = info_nce(student, teacher, student, self._negatives(batch), config.temperature)
        return {**terms, "contrast": config.contrast * contrast}

    def _negatives(self, batch: Batch) -> Tensor:
        targets = batch.targets
        if self.space.kind == "single":
            known = targets != UNLABELLED
            return (targets.unsqueeze(1) != targets.unsqueeze(0)) & known & known.unsqueeze(1)
        return different(self.scaled(targets), self.config.margin)

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """One update from the mean gradient of several micro-batches, within which losses and negatives are found."""
        optimisers[0].zero_grad()
        micro = parts(batch, self.config.micro_batch)
        totals: dict[str, Tensor] = {}
        for part in micro:
            x, lengths = self.heard(part)
            x = x if stage.name == "clean" else self.noisy(x, "train")
            outputs = self.judged(self.embedded(self.encoder, x, lengths))
            terms: dict[str, Tensor] = getattr(self, stage.loss)(outputs, part)
            backward(torch.stack(list(terms.values())).sum() / len(micro))
            for name, term in terms.items():
                totals[name] = totals.get(name, torch.zeros_like(term)) + term.detach() / len(micro)
        optimisers[0].step()
        return totals

    def clean_score(self, batches: Iterable[Batch]) -> float:
        """Over a whole role: the sum of the concordance coefficients, or the mean recall of classes."""
        return self._score((batch, self(batch)) for batch in batches)

    def noisy_score(self, batches: Iterable[Batch]) -> float:
        """The same in the validation noise, drawn alike at every call."""
        generator = torch.Generator().manual_seed(_VALIDATION_SEED)

        def answered(batch: Batch) -> Outputs:
            x, lengths = self.heard(batch)
            return self.judged(self.embedded(self.encoder, self.noisy(x, "valid", generator), lengths))

        return self._score((batch, answered(batch)) for batch in batches)

    def _score(self, answers: Iterable[tuple[Batch, Outputs]]) -> float:
        pairs = [(batch.targets, self.scores(outputs)) for batch, outputs in answers]
        targets, found = (torch.cat(part).cpu() for part in zip(*pairs))
        if self.space.kind == "dimensions":
            return self.space.size * (1 - float(known_concordance_loss(found.float(), targets)))
        from sklearn.metrics import recall_score

        known = targets != UNLABELLED
        predicted = found[known].argmax(1)
        return float(recall_score(targets[known], predicted, labels=targets[known].unique(), average="macro"))

    def stages(self) -> list[Stage]:
        """Clean speech first, then the adaptation; the rate falls by a factor after every epoch of each."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            adam = torch.optim.Adam([p for p in self.parameters() if p.requires_grad], config.learning_rate)
            return [Optimisation(adam, torch.optim.lr_scheduler.ExponentialLR(adam, config.decay), every="epoch")]

        return [
            Stage("clean", config.clean_epochs, config.batch_size, optimise, before="prepare", select="clean_score"),
            Stage("adapt", config.adapt_epochs, config.batch_size, optimise, "adaptation_loss", before="teach",
                  select="noisy_score"),
        ]  # fmt: skip
