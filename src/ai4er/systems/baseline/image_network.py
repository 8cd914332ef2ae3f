"""A small residual network on the pixels of an image, and a perceptron on what else is known of it; both answer.

Where there are few images, what keeps a network from learning them by heart is that it never sees one twice as it was.
Each is mirrored, turned, scaled, moved, put in another light or holed, and mixed with another image of the batch, its
label with it; the network answers with the mean of its weights over the last steps, for an image and its mirror image.
Histograms of gradients, which need few images, are read by a perceptron with a loss of its own: in one head with the
pixels they are learnt by heart before the convolutions have learnt anything.

Reference: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016; mixtures: Zhang et al.,
"mixup: Beyond Empirical Risk Minimization", ICLR 2018; holes: Zhong et al., "Random Erasing Data Augmentation", AAAI
2020; averaged weights: Polyak and Juditsky, SIAM Journal on Control and Optimization 30(4), 1992.

Known: the residual block of two 3 x 3 convolutions, mixtures by a share drawn from a beta distribution. Chosen: a first
convolution of stride 2 and three blocks, the second and third halving the map and doubling the channels; every image in
units of its own mean and deviation; the sizes of all changes (`augment/picture_views.py`); label smoothing; AdamW under
a warm-up and half a cosine; the last epoch; the product of the two answers. Reported numbers: not found for it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ai4er.augment.picture_views import other_views
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.several_corpora import as_shares
from ai4er.systems._schedules import cosine
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.baseline._vectors import FARTHEST, Vectors, hidden_layer, labelled_batches
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card

_PIXELS = "image"
_LEARNS, _ANSWERS = "network.", "average.module."
_FAINTEST = 0.02
"""Added to the deviation of an image in [0, 1], so that an even one is not made loud."""


class Config(SystemConfig):
    """The input `image` holds the pixels; every other one, none of them in time, is read by the perceptron.

    `width` is the channels of the first block, `mixing` the parameter of the beta distribution, 0 for none, `memory`
    the share of the mean weights that a step keeps. `vector_rate` is the perceptron's learning rate.
    """

    inputs: dict[str, str] = {_PIXELS: "image:size=48,channels=1"}
    width: int = pydantic.Field(24, ge=1)
    dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    hidden: int = pydantic.Field(256, ge=1)
    vector_dropout: tuple[float, float] = (0.2, 0.5)
    mixing: float = pydantic.Field(0.2, ge=0)
    smoothing: float = pydantic.Field(0.1, ge=0, lt=1)
    memory: float = pydantic.Field(0.98, ge=0, lt=1)
    learning_rate: float = pydantic.Field(4e-3, gt=0)
    vector_rate: float = pydantic.Field(1e-3, gt=0)
    weight_decay: float = pydantic.Field(0.05, ge=0)
    warmup: float = pydantic.Field(0.2, ge=0, lt=1)
    clip: float = pydantic.Field(5.0, gt=0)
    batch_size: int = pydantic.Field(64, ge=2)
    epochs: int = pydantic.Field(60, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(inputs={_PIXELS: "image:size=24"}, width=4, memory=0.8, batch_size=16, epochs=8)


class Block(nn.Module):
    """ReLU(x + BN(3x3(ReLU(BN(3x3 x))))), the stride in the first; x by a mean and a 1 x 1 where its size changes.

    (batch, inputs, height, width) -> (batch, outputs, height / stride, width / stride), rounded up.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first, self.first_norm = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.second, self.second_norm = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.short: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            mean = nn.AvgPool2d(stride, ceil_mode=True)
            self.short = nn.Sequential(mean, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = self.second_norm(self.second(self.first_norm(self.first(x)).relu()))
        whole: Tensor = (y + self.short(x)).relu()
        return whole


class Network(nn.Module):
    """Images (batch, channels, height, width) -> (batch, 4 width), the mean over the last map."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.stem, self.stem_norm = nn.Conv2d(channels, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width)
        self.blocks = nn.Sequential(Block(width, width, 1), Block(width, 2 * width, 2), Block(2 * width, 4 * width, 2))
        self.size = 4 * width

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.blocks(self.stem_norm(self.stem(images)).relu()).mean((2, 3))
        return found


def _learn_on_from_the_mean(_: nn.Module, state: dict[str, Any], *__: Any) -> None:
    """Give a state that holds the mean weights alone those of the network that learns, the same."""
    for name in [name for name in state if name.startswith(_ANSWERS)]:
        state.setdefault(name.replace(_ANSWERS, _LEARNS), state[name])


def _levelled(images: Tensor) -> Tensor:
    """Images in units of their own mean and deviation."""
    return (images - images.mean((1, 2, 3), keepdim=True)) / (images.std((1, 2, 3), keepdim=True) + _FAINTEST)


class ImageNetwork(System[Config]):
    """One image, and vectors of it -> class logits. `average` has the mean weights, which answer; `network` learns."""

    config_class = Config
    kinds = ("single", "distribution")
    toy = "synthetic_face"
    card = Card(
        title="A small residual network with mixup, after 'Deep Residual Learning for Image Recognition'",
        venue="CVPR", year=2016, paper="arXiv 1512.03385", inputs=("image",), task="single label or votes",
        frozen=("average.",),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if len(shapes.get(_PIXELS, ())) != 3 or any(timed.values()):
            given = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise Ai4erError(
                f"image_network reads an image (channels, height, width) and what has no time, and is given {given}: "
                f"""set such as --set 'inputs={{"image": "image:size=48"}}'"""
            )
        channels = shapes[_PIXELS][0]
        backbone = Network(channels, config.width)
        self.network = nn.Sequential(backbone, nn.Dropout(config.dropout), nn.Linear(backbone.size, space.size))
        self.average = AveragedModel(
            self.network, multi_avg_fn=get_ema_multi_avg_fn(config.memory), use_buffers=True
        ).requires_grad_(False)
        self.register_load_state_dict_pre_hook(_learn_on_from_the_mean)
        others = {name: shape for name, shape in shapes.items() if name != _PIXELS}
        self.vectors, self.perceptron = None, None
        if others:
            self.vectors = Vectors(others, timed)
            self.perceptron = nn.Sequential(
                hidden_layer(self.vectors.size, config.hidden, *config.vector_dropout),
                nn.Linear(config.hidden, space.size),
            )

    def stored_weights(self) -> dict[str, Tensor]:
        """All but those of the network that learns: a recognizer answers with their mean."""
        return {name: value for name, value in super().stored_weights().items() if not name.startswith(_LEARNS)}

    def prepare(self, data: StageData) -> None:
        """The deviations of the vectors."""
        if self.vectors is not None:
            self.vectors.measure(labelled_batches(data))

    def transform(self, items: Sequence[Any], pool: Sequence[Any], generator: np.random.Generator) -> Sequence[Item]:
        """Other views of the images of a batch, each mixed with another item by one share, its label with it."""
        inputs = {name: torch.from_numpy(np.stack([item.inputs[name] for item in items])) for name in items[0].inputs}
        inputs[_PIXELS] = other_views(inputs[_PIXELS], generator)
        shares = as_shares(torch.from_numpy(np.stack([item.target for item in items])), self.space.size)
        if self.config.mixing:
            share = float(generator.beta(self.config.mixing, self.config.mixing))
            partners = torch.from_numpy(generator.permutation(len(items)))
            inputs = {name: share * one + (1 - share) * one[partners] for name, one in inputs.items()}
            shares = share * shares + (1 - share) * shares[partners]
        return [
            dataclasses.replace(item, inputs={name: one[row].numpy() for name, one in inputs.items()}, target=target)
            for row, (item, target) in enumerate(zip(items, shares.numpy()))
        ]

    def forward(self, batch: Batch) -> Outputs:
        images = _levelled(batch[_PIXELS].float())
        if self.training:
            seen = self.network(images)
        else:
            seen = torch.stack([self.average(views) for views in (images, images.flip(-1))]).mean(0)
        if self.vectors is None or self.perceptron is None:
            return Outputs(logits=seen, extras={"heads": [seen]})
        heads = [seen, self.perceptron(self.vectors(batch).clamp(-FARTHEST, FARTHEST))]
        return Outputs(logits=sum(head.log_softmax(1) for head in heads), extras={"heads": heads})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of each head, with label smoothing."""
        shares, smoothing = as_shares(batch.targets, self.space.size), self.config.smoothing
        return {
            name: functional.cross_entropy(head, shares, label_smoothing=smoothing)
            for name, head in zip(("pixels", "vectors"), outputs.extras["heads"])
        }

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """A step of the network, which the mean weights follow."""
        terms = super().step(batch, stage, optimisers, backward)
        self.average.update_parameters(self.network)
        return terms

    def stages(self) -> list[Stage]:
        """One stage; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            parts: list[tuple[nn.Module, float]] = [(self.network, config.learning_rate)]
            if self.perceptron is not None:
                parts.append((self.perceptron, config.vector_rate))
            groups = [
                {"params": [p for p in part.parameters() if (p.ndim > 1) == decays], "lr": rate, "weight_decay": decay}
                for part, rate in parts
                for decays, decay in ((True, config.weight_decay), (False, 0.0))
            ]
            adam = torch.optim.AdamW(groups, config.learning_rate)
            return [Optimisation(adam, cosine(adam, int(config.warmup * steps), steps))]

        return [Stage("train", config.epochs, config.batch_size, optimise, clip=config.clip, before="prepare")]
