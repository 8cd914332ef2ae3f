"""DIDAN: what the target's features are made of must be what the source's features are made of.

No statistic of the two corpora is made equal. Instead every target utterance must be a sparse combination of source
utterances in the last hidden layer of an image network that reads spectrograms: what the source's features span, the
classifier of the source knows. The reconstruction (implicit distribution alignment) is only a term of the loss; in use
there is one pass of the network. Reference: Zhao et al., "Deep Implicit Distribution Alignment Networks for
Cross-Corpus Speech Emotion Recognition", ICASSP 2023, arXiv 2302.08921.

Known: the reconstruction in place of a statistic, and a deep network of convolutional and fully connected layers
(abstract); VGG-11 with ImageNet weights is from memory, the paper's results were not found. Chosen, inferred by the
sheet: cross-entropy as regression loss, L1 penalty on the combination, found by 50 steps of ISTA with the features
fixed before each step of the network, spectrogram settings, optimiser, rates, epochs, ramp of lambda. Chosen here: one
grey image in all three channels; hidden features in units of the source batch's root mean square before the
reconstruction, so that neither it nor tau depends on their scale and shrinking those of both corpora gains nothing; the
last epoch is kept, as the term is at its full weight there only.

Offline substitute: a narrow VGG-11 with 256 hidden units on images of 64 x 64, from random weights at a rate that suits
them. It cannot do without batch normalisation, which sees both halves of a batch, so that the target has an influence
on it even where lambda is 0.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.sparse_coding import sparse_codes
from ai4er.nn.vgg import VGG11, vgg
from ai4er.systems._published_convolutions import IMAGENET, take_convolutions
from ai4er.systems.adaptation._paired import PairedSystem
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic


class Config(SystemConfig):
    """`image_weights` names a published VGG for the convolutions `groups`; without one they begin at random.

    `alignment` is lambda and `sparsity` tau. `normalised` puts batch normalisation behind each convolution.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"image": "spectrogram_image:size=64"}, "image_weights": "", "normalised": True, "hidden": 256,
        "groups": ((16,), (32,), (64, 64), (96, 96), (96, 96)), "rate": 1e-2, "epochs": 25,
    }  # fmt: skip

    inputs: dict[str, str] = {"image": "spectrogram_image"}
    image_weights: str = "timm/vgg11.tv_in1k"
    groups: tuple[tuple[int, ...], ...] = pydantic.Field(VGG11, min_length=1)
    normalised: bool = False
    hidden: int = pydantic.Field(4096, ge=1)
    dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    alignment: float = pydantic.Field(1.0, ge=0)
    sparsity: float = pydantic.Field(0.01, ge=0)
    iterations: int = pydantic.Field(50, ge=1)
    rate: float = 1e-3
    hidden_rate: float = 1e-2
    momentum: float = 0.9
    weight_decay: float = 5e-4
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = pydantic.Field(50, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"image": "spectrogram_image:size=32"}, image_weights="", normalised=True, hidden=32, dropout=0.1,
            groups=((8,), (16,), (16,)), rate=1e-2, batch_size=16, epochs=10,
        )  # fmt: skip


def implicit_alignment(source: Tensor, target: Tensor, sparsity: float, iterations: int) -> Tensor:
    """mean_i ||z_i - sum_j w_ij s_j||^2 / d + tau ||w_i||_1, with the w that make it least and get no gradient.

    source s (items, d), target z (other items, d) -> a scalar; 0 without target items.
    """
    if not len(target):
        return 0 * source.sum()
    codes = sparse_codes(target, source, sparsity * source.shape[1], iterations)
    return (target - codes @ source).square().mean() + sparsity * codes.abs().sum(1).mean()


class Network(nn.Module):
    """Convolutions (f), then hidden layers and classifier (g): image (batch, 1, size, size) -> logits and z.

    z (batch, hidden) is the last hidden layer behind its ReLU and before dropout.
    """

    channel_mean: Tensor
    channel_deviation: Tensor

    def __init__(self, config: Config, size: int, classes: int) -> None:
        super().__init__()
        self.features = vgg(config.groups, 3, nn.BatchNorm2d if config.normalised else None)
        flat = config.groups[-1][-1] * (size >> len(config.groups)) ** 2
        self.hidden = nn.Sequential(
            nn.Flatten(), nn.Linear(flat, config.hidden), nn.ReLU(), nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.hidden), nn.ReLU(),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Dropout(config.dropout), nn.Linear(config.hidden, classes))
        mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in IMAGENET)
        self.register_buffer("channel_mean", mean, persistent=False)
        self.register_buffer("channel_deviation", deviation, persistent=False)
        for layer in self.features:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        z = self.hidden(self.features((image - self.channel_mean) / self.channel_deviation))
        return self.classifier(z), z


class DIDAN(PairedSystem[Config]):
    """Spectrogram image -> class logits."""

    config_class = Config
    encoder_kind: ClassVar[EncoderKind] = "image"
    card = Card(
        title="Deep Implicit Distribution Alignment Networks for Cross-Corpus Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2302.08921", inputs=("speech",), task="single label",
        diagnostic=Diagnostic(
            mechanism="foreign_hum", ablation={"alignment": 0.0}, margin=0.04,
            settings={"inputs": {"image": "array:name=image"}, "epochs": 20}, removes="the reconstruction",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        shape, least = shapes["image"], 1 << len(config.groups)
        if timed["image"] or len(shape) != 3 or shape[0] != 1 or shape[1] != shape[2] or shape[1] < least:
            raise Ai4erError(
                f"didan: input image is {shape}; it needs (1, size, size) with {least} pixels or more for its "
                f"{len(config.groups)} groups of convolutions, such as spectrogram_image:size=224"
            )
        self.network = Network(config, shape[1], space.size)

    @classmethod
    def encoders(cls, config: SystemConfig) -> dict[str, EncoderKind]:
        """The network whose convolutions are taken over."""
        assert isinstance(config, Config)
        return {config.image_weights: "image"} if config.image_weights else {}

    def begin(self, data: StageData) -> None:
        """Meet the target, and take over the published convolutions. Raises `Ai4erError` where they do not fit."""
        self.meet(data)
        if self.config.image_weights:
            take_convolutions(self.network.features, self.config.image_weights, self.slug())

    def forward(self, batch: Batch) -> Outputs:
        logits, z = self.network(batch["image"])
        return Outputs(logits=logits, embedding=z)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the source, and lambda times the reconstruction of the target from it."""
        config, z, of_target = self.config, outputs.embedding, batch.extras["of_target"]
        assert z is not None
        terms = {"cross_entropy": functional.cross_entropy(outputs.logits[~of_target], batch.targets[~of_target])}
        if config.alignment:
            z = z.float() / z[~of_target].float().square().mean().add(1e-8).sqrt()
            apart = implicit_alignment(z[~of_target], z[of_target], config.sparsity, config.iterations)
            terms["alignment"] = config.alignment * self.ramp() * apart
        return terms

    def stages(self) -> list[Stage]:
        """One stage of SGD with a rate of its own for the convolutions; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            self.expect(steps)
            deep = [*self.network.hidden.parameters(), *self.network.classifier.parameters()]
            groups = [
                {"params": self.network.features.parameters(), "lr": config.rate},
                {"params": deep, "lr": config.hidden_rate},
            ]
            return [Optimisation(torch.optim.SGD(groups, momentum=config.momentum, weight_decay=config.weight_decay))]

        return [Stage("adapt", config.epochs, config.batch_size, optimise, before="begin")]
