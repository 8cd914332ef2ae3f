"""Text networks that were fine-tuned here: the recognizer folder of a language_model, read as an encoder.

Its adapters are put into the network that they belong to, cut as it was; output layer and labels are left behind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai4er.encoders._locate import AI4ER_TEXT, is_folder, locate
from ai4er.errors import Ai4erError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_SYSTEM, _PREFIX = "language_model", "encoder."


def adapter_settings(spec: str) -> dict[str, Any] | None:
    """The settings of the language_model whose folder a spec names: `encoder`, `rank`, `scale` ... None for others."""
    if spec != AI4ER_TEXT and not is_folder(spec):
        return None
    path = locate(spec) if spec == AI4ER_TEXT else Path(spec).expanduser()
    try:
        kept = json.loads((path / "config.json").read_text())
    except (OSError, ValueError):
        return None
    return dict(kept["config"]) if isinstance(kept, dict) and kept.get("system") == _SYSTEM else None


def with_adapters(network: PreTrainedModel, spec: str, settings: dict[str, Any]) -> PreTrainedModel:
    """The network with the adapters of a folder in it, whole and in evaluation mode.

    Raises `Ai4erError` where they do not fit.
    """
    from safetensors.torch import load_file

    from ai4er.nn.cutting import cut
    from ai4er.nn.low_rank import adapt

    stored = load_file(locate(spec) / "model.safetensors")
    adapters = {n.removeprefix(_PREFIX): value.float() for n, value in stored.items() if n.startswith(_PREFIX)}
    network.pooler = None  # type: ignore[assignment]  # nothing has trained it
    cut(network, settings.get("layers"), settings.get("neurons"))
    adapt(network, settings["rank"], settings["scale"])
    try:
        network.load_state_dict(adapters)
    except RuntimeError as error:
        raise Ai4erError(f"encoder {spec!r}: its adapters do not fit: {str(error).splitlines()[0]}") from None
    return network.eval()
