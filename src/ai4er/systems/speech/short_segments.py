"""Emotion from 250 ms of speech: convolutions on raw samples, trained on segments and averaged over the utterance.

How much of an emotion is heard in a quarter of a second? Every 10 ms of an utterance are the centre of a segment with
the utterance's label; a network reads the samples of a segment, and the posterior of the utterance is the mean of those
of its segments. Networks on samples are compared with hand-crafted features of the same segments, and gradients with
respect to the samples show what they listen to. Reference: "Towards Learning Emotion Information from Short Segments of
Speech", ICASSP 2023, IEEE 10095892.

Known: segments, both networks with their sizes, recipe, from the group's open toolkit, which lists this corpus (that
they are the paper's is inferred). The paper's results were not found. Chosen: dither in training only, so that an
answer repeats; the convolutions start as He et al. have them for ReLU, the layers behind them as PyTorch does (with
He's numbers all ten units of the narrow one died on EMO-DB at the released rate, and with these for some seeds); the
rate is halved by the validation loss of whole utterances, and the epoch in which that is best is kept (released: the
last one).
Inferred on the sheet: the hand-crafted baseline, here functionals of frames (mean, deviation, extremes) over the
segment, with input `mfcc:sample_rate=16000,hop=160` and `network=functionals`.

`training_segments` draws that many segments of each utterance anew in every epoch, and answers are given by every
`shift`-th segment; the published values are all of them. Offline setting: 16 segments, every tenth for an answer, a
third of the rate, kept for 30 epochs (which are short then), the same network. No encoder is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal, Self, cast

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.nn.batch_normalisation import BatchNormalisation
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.segments import Segments, centred, surroundings
from ai4er.systems._schedules import HalvingRate
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Diagnostic

BLOCK = 160
"""Samples of 10 ms at 16 kHz."""
_SCALE = 32768.0
_FLOOR = 1e-3


class Config(SystemConfig):
    """The toolkit's values. `channels` are the filters of the four convolutions; `segment_blocks` counts 10 ms each.

    `batch_size` segments make a step, drawn from chunks of `chunk` utterances. From epoch `patient_epochs` on the rate
    is halved after every epoch that lowers the validation loss by less than `improvement`.
    """

    offline: ClassVar[dict[str, Any]] = {
        "training_segments": 16, "shift": 10, "learning_rate": 0.03, "patient_epochs": 30, "epochs": 40,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    network: Literal["seg", "subseg", "functionals"] = "seg"
    segment_blocks: int = pydantic.Field(25, ge=1)
    shift: int = pydantic.Field(1, ge=1)
    training_segments: int | None = pydantic.Field(None, ge=1)
    channels: tuple[int, int, int, int] = (128, 256, 512, 512)
    hidden: int = pydantic.Field(10, ge=1)
    dither: float = pydantic.Field(1.0, ge=0)
    perceptron: int = pydantic.Field(256, ge=1)
    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    learning_rate: float = 0.1
    lowest_learning_rate: float = 1e-7
    momentum: float = 0.5
    patient_epochs: int = 5
    improvement: float = 0.002
    batch_size: int = pydantic.Field(256, ge=1)
    chunk: int = pydantic.Field(100, ge=1)
    epochs: int = 60

    @classmethod
    def small(cls) -> Self:
        return cls(channels=(16, 16, 16, 16), training_segments=8, shift=20, batch_size=64, epochs=8)


_LAYERS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "seg": ((300, 100, 2), (5, 2, 1), (4, 2, 1), (3, 1, 1)),
    "subseg": ((30, 10, 2), (10, 5, 3), (4, 2, 1), (3, 1, 1)),
}
"""Kernel, stride and the maximum pooled behind it, of each convolution."""


class RawWaveformNetwork(nn.Module):
    """Convolutions without padding, ReLU, mean over time, a narrow layer, ReLU, classes: (segments, samples) -> logits.

    Raises `Ai4erError` where nothing would be left of a segment of `samples`.
    """

    def __init__(self, config: Config, samples: int, outputs: int) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        before, self.steps = 1, samples
        for channels, (kernel, stride, pool) in zip(config.channels, _LAYERS[config.network]):
            parts += [nn.Conv1d(before, channels, kernel, stride), nn.ReLU()]
            parts += [nn.MaxPool1d(pool)] if pool > 1 else []
            before, self.steps = channels, ((self.steps - kernel) // stride + 1) // pool
        if self.steps < 1:
            raise Ai4erError(
                f"short_segments: nothing is left of {samples} samples in network={config.network}: "
                "set more segment_blocks"
            )
        self.convolutions = nn.Sequential(*parts)
        self.classifier = multilayer_perceptron((before, config.hidden, outputs), nn.ReLU)
        for part in self.convolutions:
            if isinstance(part, nn.Conv1d):
                nn.init.kaiming_uniform_(part.weight, nonlinearity="relu")
                nn.init.constant_(cast(Tensor, part.bias), 0)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.convolutions(x.unsqueeze(1)).mean(2))
        return logits


class FunctionalsNetwork(nn.Module):
    """Mean, deviation, minimum and maximum of descriptors, a perceptron: (segments, frames, descriptors) -> logits."""

    def __init__(self, config: Config, descriptors: int, outputs: int) -> None:
        super().__init__()
        self.norm = BatchNormalisation(4 * descriptors)
        widths = (4 * descriptors, config.perceptron, config.perceptron, outputs)
        self.classifier = multilayer_perceptron(widths, nn.ReLU, config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        deviation = x.var(1, correction=0).add(1e-6).sqrt()
        logits: Tensor = self.classifier(self.norm(torch.cat([x.mean(1), deviation, x.amin(1), x.amax(1)], dim=1)))
        return logits


class ShortSegments(System[Config]):
    """Waveform (or frames of descriptors) -> the logarithm of the mean posterior over segments."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="Towards Learning Emotion Information from Short Segments of Speech",
        venue="ICASSP", year=2023, paper="IEEE 10095892", inputs=("speech",), task="single label",
        official_code="idiap/RawSpeechClassification", licence="GPL-3.0",
        diagnostic=Diagnostic(
            mechanism="pulse_shapes", margin=0.25, settings={"epochs": 16},
            ablation={
                "network": "functionals", "inputs": {"speech": "mfcc:sample_rate=16000,n_fft=400,hop=160,bands=40"},
            },
            removes="the samples, for cepstra",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        shape, raw = shapes["speech"], config.network != "functionals"
        if not timed["speech"] or len(shape) != (0 if raw else 1):
            wanted = "waveform:sample_rate=16000" if raw else "mfcc:sample_rate=16000,hop=160"
            raise Ai4erError(f"short_segments: network={config.network} reads an input speech such as {wanted}")
        outputs = 1 if space.size == 2 else space.size
        self.network: nn.Module = (
            RawWaveformNetwork(config, config.segment_blocks * BLOCK, outputs)
            if raw else FunctionalsNetwork(config, shape[0], outputs)
        )  # fmt: skip
        self.halving: HalvingRate | None = None

    def blocks(self, speech: Padded) -> tuple[Tensor, Tensor]:
        """Steps of 10 ms and their number: of samples each with mean 0 (and dither in training), or of descriptors."""
        x, counts = speech.data, speech.lengths
        if self.shapes["speech"]:
            return x, counts
        counts = (counts // BLOCK).clamp(min=1)
        x = functional.pad(x, (0, -x.shape[1] % BLOCK)).unflatten(1, (-1, BLOCK)) * _SCALE
        if self.training:
            x = x + self.config.dither * torch.randn_like(x)
        return x - x.mean(2, keepdim=True), counts

    def posteriors(self, x: Tensor, counts: Tensor, where: Segments) -> Tensor:
        """Logits of segments of x (batch, blocks, ...): (segments, classes); of two classes the first one's are 0."""
        pieces = surroundings(x, counts, where, self.config.segment_blocks)
        logits: Tensor = self.network(pieces if self.shapes["speech"] else normalised(pieces.flatten(1)))
        return logits if self.space.size != 2 else torch.cat([torch.zeros_like(logits), logits], dim=1)

    def relevance(self, segment: Tensor) -> Tensor:
        """d(logit of the predicted class) / d(segment), segment (segments, samples) normalised -> the same shape."""
        segment = segment.detach().requires_grad_()
        (found,) = torch.autograd.grad(self.network(segment).amax(1).sum(), segment)
        return found

    def forward(self, batch: Batch) -> Outputs:
        x, counts = self.blocks(batch["speech"])
        where = centred(counts, self.config.shift)
        places = torch.arange(len(where.row), device=x.device).split(self.config.batch_size)
        logits = torch.cat([self.posteriors(x, counts, chosen(where, part)) for part in places])
        return Outputs(logits=where.mean_posterior(logits))

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The surprise at the label under the mean posterior."""
        return {"cross_entropy": functional.nll_loss(outputs.logits, batch.targets)}

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """The segments of a chunk of utterances in random order, `batch_size` of them for a step of the optimiser."""
        x, counts = self.blocks(batch["speech"])
        where = centred(counts)
        if self.config.training_segments is not None:
            row = torch.arange(len(counts), device=x.device).repeat_interleave(self.config.training_segments)
            where = Segments(row, (torch.rand(len(row), device=x.device) * counts[row]).long(), len(counts))
        targets = batch.targets[where.row]
        order = torch.randperm(len(targets), device=x.device)
        order = order[targets[order] != UNLABELLED]
        losses = [x.new_zeros(())]
        for part in order.split(self.config.batch_size):
            loss = functional.cross_entropy(self.posteriors(x, counts, chosen(where, part)), targets[part])
            optimisers[0].zero_grad()
            backward(loss)
            optimisers[0].step()
            losses.append(loss.detach())
        return {"cross_entropy": torch.stack(losses[1:] or losses).mean()}

    def surprise(self, batches: Iterable[Batch]) -> float:
        """Minus the mean validation loss; the rate is halved where it helped too little."""
        found = [(self.loss(self(batch), batch)["cross_entropy"], len(batch)) for batch in batches]
        loss = float(sum(float(one) * size for one, size in found) / sum(size for _, size in found))
        if self.halving is not None:
            self.halving.judge(loss)
        return -loss

    def stages(self) -> list[Stage]:
        """One stage of gradient descent whose rate is halved."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.SGD(self.parameters(), config.learning_rate, momentum=config.momentum)
            self.halving = HalvingRate(optimiser, config.patient_epochs, config.improvement)
            return [Optimisation(optimiser, self.halving, every="epoch")]

        return [Stage("train", config.epochs, config.chunk, optimise, select="surprise")]


def normalised(x: Tensor) -> Tensor:
    """Segments (segments, samples) of mean 0 and deviation 1; what is quieter than 1e-3 stays quieter."""
    x = x - x.mean(1, keepdim=True)
    return x / x.square().mean(1, keepdim=True).sqrt().clamp(min=_FLOOR)


def chosen(where: Segments, places: Tensor) -> Segments:
    """Some of the segments."""
    return Segments(where.row[places], where.first[places], where.rows)
