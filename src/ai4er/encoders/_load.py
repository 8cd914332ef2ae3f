"""Pretrained networks and tokenizers by spec."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ai4er.encoders._adapted import adapter_settings, with_adapters
from ai4er.encoders._locate import (
    AI4ER_FACE,
    AI4ER_SMALL,
    AI4ER_TEXT,
    ARCHITECTURE,
    BUILT_IN,
    locate,
    minilm_folder,
    there,
)
from ai4er.encoders._networks import fixed_seed, minilm_pair, minilm_pair_config, size_config
from ai4er.errors import Ai4erError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Kind = Literal["speech", "text", "seq2seq", "image", "whisper"]
_READS = {
    "speech": "input_values", "text": "input_ids", "seq2seq": "input_ids", "image": "pixel_values",
    "whisper": "input_features",
}  # fmt: skip
_SIZES = ("tiny", "small")
_OTHERS = {
    AI4ER_SMALL: ("speech", f"it reads log-mel; its frames are those of speech_frames:encoder={AI4ER_SMALL}"),
    AI4ER_FACE: ("image", "it is two networks, those of the front ends face_vector and face_landmarks"),
}
"""The kind of built-in networks that are not of `transformers`, and where they are used."""
_LARGEST_RANDOM_PART = 0.2  # a pooler may be absent from a checkpoint, but not the network itself


def pretrained(spec: str, kind: Kind) -> PreTrainedModel:
    """The network of a spec, in float32 and evaluation mode.

    Specs: a hub name (`microsoft/wavlm-base`), a local folder, `minilm` (all-MiniLM-L6-v2, packaged),
    `tiny` and `small` (random weights from a fixed seed), `architecture:FOLDER` (the network of a folder
    that `save_assets` wrote, uninitialised, whose weights the caller loads), for text also the recognizer folder of a
    language_model and `ai4er-text`, which is the shipped one: a fine-tuned network, to be used as it is.

    Only safetensors are read, and no program of a checkpoint is run. Weights that a checkpoint lacks come
    from a fixed seed. Raises `Ai4erError` if the network cannot be had or is not of this kind.
    """
    _check(spec, kind)
    if kind == "text" and (adapted := adapter_settings(spec)):
        return with_adapters(pretrained(adapted["encoder"], kind), spec, adapted)
    if spec not in _SIZES:
        locate(spec)  # before the heavy imports, so that what is absent is said at once
    with fixed_seed():
        if spec in _SIZES or spec.startswith(ARCHITECTURE):
            network = _built(spec, kind)
        elif (spec, kind) == ("minilm", "seq2seq"):
            network = minilm_pair()
        else:
            network = _loaded(spec, kind)
    if network.main_input_name != _READS[kind] or (kind == "speech" and not hasattr(network, "feature_projection")):
        raise _wrong_kind(spec, kind, network.config.model_type)
    return network.eval()


def model_type(spec: str) -> str:
    """The kind of a checkpoint as `transformers` names it (`wav2vec2`, `wavlm`, `whisper`, ...)."""
    return str(_config(spec, "speech").model_type)


def weights(spec: str) -> dict[str, Tensor]:
    """The weights of a checkpoint by name, for networks that are not of `transformers`, in float32.

    Raises `Ai4erError` if they cannot be had.
    """
    from safetensors.torch import load_file

    parts = [load_file(file) for file in sorted(locate(spec).glob("model*.safetensors"))]
    return {name: value.float() for part in parts for name, value in part.items()}


def tokenizer(spec: str, kind: Kind) -> PreTrainedTokenizerBase:
    """The tokenizer of a spec; `minilm`, `tiny` and `small` share MiniLM's WordPiece tokenizer.

    Raises `Ai4erError` if it cannot be had.
    """
    from transformers import AutoTokenizer

    _check(spec, kind)
    if kind not in ("text", "seq2seq"):
        raise Ai4erError(f"a network of kind {kind} has no tokenizer; kinds with one are text and seq2seq")
    if kind == "text" and (adapted := adapter_settings(spec)):
        return tokenizer(adapted["encoder"], kind)
    folder = minilm_folder() if spec in BUILT_IN else locate(spec, weights=False)
    with quiet(), _readable(spec):
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def is_available(spec: str, kind: Kind) -> bool:
    """Whether it can be had without a network, as a network or as frozen frames: nothing is downloaded or loaded."""
    if spec in _OTHERS:
        return kind == _OTHERS[spec][0]
    try:
        _check(spec, kind)
    except Ai4erError:
        return False
    return spec in _SIZES or there(spec)


def save_assets(spec: str, kind: Kind, folder: Path) -> None:
    """Write what `architecture:FOLDER` reads back: configuration and tokenizer, without weights."""
    _check(spec, kind)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = _config(spec, kind)
    config._name_or_path = ""  # a path of this machine
    config.save_pretrained(folder)
    if kind in ("text", "seq2seq"):
        tokenizer(spec, kind).save_pretrained(folder)
    elif spec not in _SIZES:
        preprocessor = locate(spec, weights=False) / "preprocessor_config.json"
        if preprocessor.is_file() and preprocessor.parent.resolve() != folder.resolve():
            shutil.copyfile(preprocessor, folder / preprocessor.name)


def _check(spec: str, kind: str) -> None:
    if kind not in get_args(Kind):
        raise unknown("kind of network", kind, get_args(Kind))
    if not spec:
        raise Ai4erError(
            f"the encoder's name is empty; give a hub name, a local folder or one of {', '.join(BUILT_IN)}"
        )
    if spec in _OTHERS:
        raise Ai4erError(f"encoder {spec!r} is no {kind} network of transformers: {_OTHERS[spec][1]}")
    if spec in ("minilm", AI4ER_TEXT) and kind in ("speech", "image"):
        raise Ai4erError(f"encoder {spec!r} reads text, not {kind}; use tiny, small, a hub name or a local folder")


def _auto(kind: str) -> Any:
    import transformers

    return transformers.AutoModelForSeq2SeqLM if kind == "seq2seq" else transformers.AutoModel


def _config(spec: str, kind: str) -> Any:
    from transformers import AutoConfig

    if spec in _SIZES:
        return size_config(spec, kind)
    if (spec, kind) == ("minilm", "seq2seq"):
        return minilm_pair_config()
    folder = locate(spec, weights=False)
    with _readable(spec):
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if kind == "seq2seq" and type(config) not in _auto(kind)._model_mapping:
        raise _wrong_kind(spec, kind, config.model_type)
    return config


def _built(spec: str, kind: str) -> Any:
    import torch
    from transformers.initialization import no_init_weights

    config = _config(spec, kind)
    with quiet(), _readable(spec), nullcontext() if spec in _SIZES else no_init_weights():
        return _auto(kind).from_config(config, dtype=torch.float32, trust_remote_code=False)


def _loaded(spec: str, kind: str) -> Any:
    import torch

    folder = locate(spec)
    config = _config(spec, kind)
    with quiet(), _readable(spec):
        network, report = _auto(kind).from_pretrained(
            folder, config=config, dtype=torch.float32, use_safetensors=True, local_files_only=True,
            trust_remote_code=False, output_loading_info=True,
        )  # fmt: skip
    sizes = {name: p.numel() for name, p in network.named_parameters()}
    random = sum(sizes.get(name, 0) for name in report["missing_keys"])
    if random > _LARGEST_RANDOM_PART * sum(sizes.values()):
        raise Ai4erError(
            f"encoder {spec!r}: {random / sum(sizes.values()):.0%} of the network's weights are not in its file; "
            f"config.json and model.safetensors do not belong together"
        )
    return network


def _wrong_kind(spec: str, kind: str, model_type: str) -> Ai4erError:
    meant = {
        "speech": "one that reads a waveform as wav2vec 2.0 does (wav2vec2, wavlm, hubert); "
        "of a whisper network the front end speech_frames reads frozen frames",
        "whisper": "an encoder-decoder that reads log-mel (whisper)",
        "text": "one that reads token ids",
        "seq2seq": "one that writes text (bart, t5, encoder-decoder)",
        "image": "one that reads pixels (vit)",
    }
    return Ai4erError(f"encoder {spec!r} is a {model_type} network; kind {kind} needs {meant[kind]}")


@contextmanager
def _readable(spec: str) -> Iterator[None]:
    """Damaged or foreign files become one line."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise Ai4erError(f"encoder {spec!r} cannot be read: {first}") from None


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bar and no report of unused heads while a network is loaded."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
