"""Augmentations that work with any system: the system that learns is named by `base`, or is the augmentation's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np
import pydantic
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.systems import system_class
from ai4er.systems.base import EncoderKind, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Item


class OverBaseConfig(SystemConfig):
    """`base` names the system that learns, whose settings are `base_settings`.

    The base's `inputs` and `encoder` are taken over from its own configuration where they are not given here. `needed`
    are the inputs that the augmentation itself reads, also with a base.
    """

    needed: ClassVar[dict[str, str]] = {}

    base: str = ""
    base_settings: dict[str, Any] = {}
    encoder: str = ""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _completed(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The base's own inputs and encoder, where they are not given."""
        if not values.get("base"):
            return values
        base = system_class(values["base"]).config_class().override(values.get("base_settings", {}))
        inputs = {**base.inputs, **cls.needed}
        inputs |= {name: spec for name, spec in values.get("inputs", {}).items() if name in inputs}
        return {**values, "inputs": inputs, "encoder": values.get("encoder") or getattr(base, "encoder", "")}

    def of_base(self) -> SystemConfig:
        """The configuration of the base, which reads the inputs and the encoder named here."""
        base = system_class(self.base).config_class().override(self.base_settings)
        changes: dict[str, Any] = {"inputs": {name: self.inputs[name] for name in base.inputs}}
        return base.override({**changes, "encoder": self.encoder} if self.encoder else changes)


C = TypeVar("C", bound=OverBaseConfig)


class OverBase(System[C]):
    """Batches, answers, losses and stages are those of `base`, or of the subclass where that is None."""

    encoder_kind: ClassVar[EncoderKind] = "speech"
    base: System | None

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.base = self._base() if config.base else None

    def _base(self) -> System:
        kind, config = system_class(self.config.base), self.config.of_base()
        shapes = {name: self.shapes[name] for name in config.inputs}
        base = kind(config, self.space, shapes, {name: self.timed[name] for name in shapes})
        if kind.unit != "utterance" or not base.stages():
            raise Ai4erError(f"{self.slug()}: base={self.config.base} must learn from utterances in stages")
        return base

    def __getattr__(self, name: str) -> Any:
        """What the base's stages name (losses, hooks) is found in the base."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            if self.__dict__["_modules"].get("base") is None:
                raise
            return getattr(self.base, name)

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        return items if self.base is None else self.base.transform(items, pool, generator)

    def collate(self, items: Sequence[Item]) -> Batch:
        return super().collate(items) if self.base is None else self.base.collate(items)

    def forward(self, batch: Batch) -> Outputs:
        return self.own(batch) if self.base is None else self.base(batch)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        return self.own_loss(outputs, batch) if self.base is None else self.base.loss(outputs, batch)

    def scores(self, outputs: Outputs) -> Tensor:
        return super().scores(outputs) if self.base is None else self.base.scores(outputs)

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        step = super().step if self.base is None else self.base.step
        return step(batch, stage, optimisers, backward)

    def stages(self) -> list[Stage]:
        return self.own_stages() if self.base is None else self.base.stages()

    def own(self, batch: Batch) -> Outputs:
        """The outputs of the augmentation's own classifier."""
        raise NotImplementedError

    def own_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The loss of the augmentation's own classifier."""
        raise NotImplementedError

    def own_stages(self) -> list[Stage]:
        """The training of the augmentation's own classifier."""
        raise NotImplementedError
