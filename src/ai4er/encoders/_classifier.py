"""Fine-tuned classifiers of the Hugging Face hub: networks that bring label names and preparation of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ai4er.encoders._load import _readable, quiet
from ai4er.encoders._locate import locate
from ai4er.errors import Ai4erError


@dataclass(frozen=True)
class Classifier:
    """A classifier of audio, images or text. `rate` is the sampling rate that it hears (0 for the others)."""

    spec: str
    network: Any
    prepare: Any
    reads: Literal["audio", "image", "text"]
    rate: int

    @property
    def names(self) -> tuple[str, ...]:
        """Its labels in lower case, in the order of its outputs."""
        names = self.network.config.id2label
        return tuple(str(names[i]).strip().lower() for i in range(len(names)))

    @property
    def kind(self) -> Literal["single", "multi", "dimensions"]:
        """One class (softmax), several labels (sigmoid), or values as they are."""
        problem = self.network.config.problem_type
        return {"multi_label_classification": "multi", "regression": "dimensions"}.get(problem, "single")  # type: ignore[return-value]

    def scores(self, given: Sequence[np.ndarray] | Sequence[str]) -> np.ndarray:
        """Samples (samples,) at `rate`, images (height, width, 3), or texts -> probabilities or values (items, names).

        Images are red, green and blue in [0, 255].

        Every recording is heard alone, since some networks have no mask for padding; long texts are cut.
        """
        import torch

        batches = [[samples] for samples in given] if self.reads == "audio" else [given]
        found = []
        with torch.inference_mode():
            for batch in batches:
                logits = self.network(**self._prepared(batch)).logits
                found.append({"single": logits.softmax(-1), "multi": logits.sigmoid()}.get(self.kind, logits))
        joined: np.ndarray = torch.cat(found).float().numpy()
        return joined

    def _prepared(self, batch: Sequence[Any]) -> Any:
        if self.reads == "audio":
            return self.prepare(batch[0], sampling_rate=self.rate, return_tensors="pt")
        if self.reads == "image":
            pixels = [np.clip(image, 0, 255).astype(np.uint8) for image in batch]
            return self.prepare(images=pixels, return_tensors="pt", input_data_format="channels_last")
        longest = min(self.prepare.model_max_length, self.network.config.max_position_embeddings - 2)
        return self.prepare(list(batch), padding=True, truncation=True, max_length=longest, return_tensors="pt")


def classifier(spec: str) -> Classifier:
    """The classifier of a hub name or a local folder, in float32 and evaluation mode.

    Only safetensors are read, and no program of a checkpoint is run. Raises `Ai4erError` if it cannot be had, or is no
    classifier of audio, images or text.
    """
    folder = locate(spec)
    import torch
    from transformers import (
        AutoConfig,
        AutoModelForAudioClassification,
        AutoModelForImageClassification,
        AutoModelForSequenceClassification,
    )

    with quiet(), _readable(spec):
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        made = config.architectures or []
        kinds: dict[str, Any] = {
            "audio": AutoModelForAudioClassification,
            "image": AutoModelForImageClassification,
            "text": AutoModelForSequenceClassification,
        }
        fit = {reads: kind for reads, kind in kinds.items() if not _classes(kind, config).isdisjoint(made)}
    if not fit:
        raise Ai4erError(
            f"{spec!r} is a {', '.join(made) or config.model_type} and no classifier of audio, images or text: give "
            "one whose config.json names a ...ForAudioClassification, ...ForImageClassification or "
            "...ForSequenceClassification"
        )
    ((reads, kind),) = fit.items()
    with quiet(), _readable(spec):
        network, report = kind.from_pretrained(
            folder, config=config, dtype=torch.float32, use_safetensors=True, local_files_only=True,
            trust_remote_code=False, output_loading_info=True,
        )  # fmt: skip
        prepare = _preparation(folder, reads)
    if report["missing_keys"]:
        raise Ai4erError(f"{spec!r}: weights of its classifier are absent ({sorted(report['missing_keys'])[0]})")
    return Classifier(spec, network.eval(), prepare, reads, int(getattr(prepare, "sampling_rate", 0)))  # type: ignore[arg-type]


def _classes(kind: Any, config: Any) -> set[str]:
    """The names of the networks of one kind that a configuration may be of."""
    found = kind._model_mapping.get(type(config), ())
    return {network.__name__ for network in (found if isinstance(found, tuple) else (found,))}


def _preparation(folder: Any, reads: str) -> Any:
    from transformers import AutoFeatureExtractor, AutoImageProcessor, AutoTokenizer

    kinds: dict[str, Any] = {"audio": AutoFeatureExtractor, "image": AutoImageProcessor, "text": AutoTokenizer}
    return kinds[reads].from_pretrained(folder, local_files_only=True, trust_remote_code=False)
