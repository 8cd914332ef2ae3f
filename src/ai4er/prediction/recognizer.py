"""Recognizers: a fitted system with its front ends and label space, as a folder that anyone can load."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ai4er.encoders import BUILT_IN, save_assets
from ai4er.encoders._locate import AI4ER_SMALL
from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.labels import LabelSpace
from ai4er.prediction.calibration import tempered
from ai4er.prediction.items import Unit, build_items, check_complete, flatten, front_ends, group
from ai4er.prediction.predict import Answer, predict
from ai4er.records import Records
from ai4er.systems import system_class
from ai4er.systems.base import Converse, System

RECOGNIZER = "recognizer"  # the folder of the recognizer inside that of a run's fold
CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
ENCODER, TEXT_ENCODER = "encoder", "text_encoder"
"""Settings that name pretrained networks which are trained, and the folders that hold their architecture."""
_FORMAT = 1


@dataclass(frozen=True, eq=False)
class Recognizer:
    """A fitted system that takes records as they come from a person's files.

    `about` is what the model card says as data: corpus, protocol, results, licence, whether an
    encoder was substituted. `folder` is where it was loaded from, if anywhere. `temperature` calibrates its
    probabilities.
    """

    system: System
    inputs: dict[str, FrontEnd]
    about: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    temperature: float = 1.0

    @classmethod
    def of(cls, system: System, about: Mapping[str, Any] | None = None, temperature: float = 1.0) -> Self:
        """The recognizer of a fitted system."""
        return cls(system.eval(), front_ends(system.config.inputs), dict(about or {}), temperature=temperature)

    @property
    def name(self) -> str:
        """The name of its folder, or of the system where it has none of its own."""
        return self.system.slug() if self.folder is None or self.folder.name == RECOGNIZER else self.folder.name

    @property
    def space(self) -> LabelSpace:
        """What it predicts."""
        return self.system.space

    @property
    def thresholds(self) -> dict[str, float]:
        """The calibrated probability from which each label of a multi-label space applies; none for other spaces."""
        if self.space.kind != "multi":
            return {}
        return dict(zip(self.space.names, self._calibrated(self.system.thresholds()).tolist()))

    @property
    def needs(self) -> set[str]:
        """The parts of a record that it reads: `audio`, `text`, `image` ..."""
        return {extractor.needs for extractor in self.inputs.values()}

    @property
    def reads_context(self) -> bool:
        """Whether what it says of a turn depends on the other turns."""
        return self.system.unit == "dialogue"

    @property
    def conversation(self) -> Converse | None:
        """What finds who says what in a whole conversation, where the system has learnt that."""
        return self.system.conversation

    def units(self, records: Records) -> list[Unit]:
        """The records with their features, in the units of the system (without targets).

        Nothing of a person's recordings is kept. Raises `Ai4erError` when an input is absent that the system cannot do
        without.
        """
        items = build_items(records, self.inputs, cached=False)
        check_complete(self.system, items)
        return group(items, self.system.unit)

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        """What the system says of each record, in order; probabilities are calibrated."""
        units = self.units(records)
        answer = predict(self.system, units, batch_size)
        where = {(item.record.corpus, item.record.id): i for i, item in enumerate(flatten(units))}
        rows = [where[record.corpus, record.id] for record in records]
        taken = answer.take(rows)
        return dataclasses.replace(taken, scores=self._calibrated(taken.scores))

    def _calibrated(self, scores: np.ndarray) -> np.ndarray:
        return tempered(scores, self.space.kind, self.temperature)

    def save(self, folder: Path | str, half: bool = False) -> Path:
        """Write the folder: `config.json`, `model.safetensors`, `README.md`, tokenizers and architectures.

        An existing recognizer is replaced whole or not at all. `half` stores matrices in 16 bit.
        """
        folder = Path(folder)
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        system = self.system
        settings = system.config.model_dump(mode="json")
        kept = {}
        own, words = (getattr(system.config, name, None) for name in (ENCODER, TEXT_ENCODER))
        if own and own != AI4ER_SMALL and system.stores_encoder:  # its architecture comes with the library
            kept[own] = ENCODER
            save_assets(own, system.encoder_kind, part / ENCODER)
        if words and words not in BUILT_IN:
            kept[words] = TEXT_ENCODER
            save_assets(words, "text", part / TEXT_ENCODER)
        about = {
            "format": _FORMAT,
            "system": system.slug(),
            "config": settings,
            "encoders": kept,
            "space": system.space.model_dump(mode="json"),
            "shapes": {name: list(shape) for name, shape in system.shapes.items()},
            "timed": system.timed,
            "temperature": self.temperature,
            "about": self.about,
        }
        (part / CONFIG).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n")
        save_file(_stored(system.stored_weights(), half), part / WEIGHTS)
        (part / CARD).write_text(model_card(self))
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
        return folder

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a folder that `save` wrote, or a model of the Hugging Face hub in the same layout.

        Nothing in the folder is executed. Raises `Ai4erError` when it is not a recognizer.
        """
        folder = _located(folder)
        try:
            kept = json.loads((folder / CONFIG).read_text())
            slug, settings = kept["system"], kept["config"]
        except (OSError, ValueError, KeyError, TypeError):
            raise Ai4erError(f"{folder} is no recognizer: its {CONFIG} is absent or says something else") from None
        if kept.get("format") != _FORMAT:
            raise Ai4erError(
                f"{folder} has the format {kept.get('format')!r}; this version reads {_FORMAT}: upgrade ai4er"
            )
        kind = system_class(slug)
        settings = _relocate(
            settings, {spec: f"architecture:{folder / place}" for spec, place in kept["encoders"].items()}
        )
        system = kind(
            kind.config_class(**settings),
            LabelSpace(**kept["space"]),
            {name: tuple(shape) for name, shape in kept["shapes"].items()},
            kept["timed"],
        )
        try:
            weights = load_file(folder / WEIGHTS)
            system.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in weights.items()})
        except FileNotFoundError:
            raise Ai4erError(f"{folder} has no {WEIGHTS}") from None
        except (SafetensorError, RuntimeError) as error:
            raise Ai4erError(f"{folder / WEIGHTS} does not fit {slug}: {str(error).splitlines()[0]}") from None
        loaded = cls.of(system, kept["about"], kept.get("temperature", 1.0))
        return dataclasses.replace(loaded, folder=folder)

    def push_to_hub(self, name: str, private: bool = True) -> str:
        """Upload the folder to the Hugging Face hub under `owner/name`; returns its address."""
        import tempfile

        from huggingface_hub import HfApi

        api = HfApi()
        address = api.create_repo(name, private=private, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            folder = self.save(Path(place) / "recognizer")
            api.upload_folder(repo_id=name, folder_path=folder)
        return str(address)


def _located(folder: Path | str) -> Path:
    """A local folder, or the local copy of a hub model `owner/name`."""
    path = Path(folder)
    if path.is_dir():
        return path
    if path.exists() or str(folder).count("/") != 1 or str(folder).startswith((".", "/", "~")):
        raise Ai4erError(f"no recognizer folder {folder}")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    files = [CONFIG, WEIGHTS, CARD, f"{ENCODER}/*", f"{TEXT_ENCODER}/*"]
    try:
        return Path(snapshot_download(str(folder), allow_patterns=files))
    except (OSError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError):
        raise Ai4erError(f"no recognizer folder {folder}, and the hub has or gives no model of that name") from None


def _stored(state: Mapping[str, torch.Tensor], half: bool) -> dict[str, torch.Tensor]:
    """Contiguous copies (safetensors refuses shared memory), in half precision if asked.

    Vectors stay in single precision: they are few numbers, and statistics among them may be too small for half.
    """
    kept = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items()}
    return {n: t.half() if half and t.dtype == torch.float32 and t.ndim > 1 else t for n, t in kept.items()}


def _relocate(settings: dict[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """The settings with every encoder spec replaced by the folder that holds its architecture."""
    moved = dict(settings)
    for name in (ENCODER, TEXT_ENCODER):
        if moved.get(name) in places:
            moved[name] = places[moved[name]]
    for spec, place in places.items():
        moved["inputs"] = {
            name: text.replace(f"encoder={spec}", f"encoder={place}") if text.startswith("token_ids") else text
            for name, text in moved["inputs"].items()
        }
    return moved


def model_card(recognizer: Recognizer) -> str:
    """The README of a recognizer folder: what it is, on what it was trained, how well it does, its limits."""
    about, system = recognizer.about, recognizer.system
    card = system.card
    lines = [
        "---",
        "library_name: ai4er",
        f"license: {about.get('licence_tag', 'other')}",
        f"tags: [emotion-recognition, {', '.join(sorted(recognizer.needs))}]",
        "---",
        f"# {system.slug()} for {recognizer.space.name}",
        "",
        f"{card.title} ({card.venue} {card.year}, {card.paper}), implemented by ai4er.",
        f"Predicts ({recognizer.space.kind}): {', '.join(recognizer.space.names)}.",
        "",
        f"- Trained on: {about.get('corpus', 'not recorded')}",
        f"- Protocol: {about.get('protocol', 'not recorded')}",
        f"- Licence of the training data: {about.get('licence', 'not recorded')}",
        f"- Encoder: {about.get('encoder') or 'none'}{' (substitute)' if about.get('substituted') else ''}",
        "",
        "## Measured results",
        *(about.get("results") or ["None recorded."]),
        "",
        "## Limits",
        *(about.get("limits") or ["Emotion as outside listeners or readers name it, not what a person feels."]),
        "",
        "```python",
        "import ai4er",
        "",
        'ai4er.load("this/folder")',
        "```",
    ]
    return "\n".join(lines) + "\n"
