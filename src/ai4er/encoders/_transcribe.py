"""Transcripts from a speech network: Whisper, or one with an output layer for characters (CTC)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.encoders._load import model_type, quiet
from ai4er.encoders._locate import locate
from ai4er.errors import Ai4erError

RATE = 16_000
_PIECE = 30 * RATE  # what Whisper hears at a time


def transcribe(spec: str, recordings: Sequence[np.ndarray]) -> list[str]:
    """What is said in each recording (samples,) at 16 kHz, in small letters.

    Whisper finds the language by itself and writes the likeliest word after word, half a minute at a time; of a CTC
    network the best character of every frame counts. Raises `Ai4erError` where the network cannot be had, or writes
    nothing. Sources: Radford et al., "Robust speech recognition via large-scale weak supervision", ICML 2023; Graves et
    al., "Connectionist temporal classification", ICML 2006, best path decoding.
    """
    folder = locate(spec)
    import torch

    write = _whisper if model_type(spec) == "whisper" else _ctc
    try:
        with torch.inference_mode(), quiet():
            found = write(folder, [np.asarray(samples, np.float32) for samples in recordings])
    except (OSError, ValueError, KeyError) as error:
        raise Ai4erError(
            f"{spec} does not write down speech ({str(error).splitlines()[0]}): name a Whisper or CTC model"
        ) from None
    return [" ".join(text.lower().split()) for text in found]


def _whisper(folder: Path, recordings: Sequence[np.ndarray]) -> list[str]:
    from transformers import AutoTokenizer, WhisperFeatureExtractor, WhisperForConditionalGeneration

    given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    log_mel = WhisperFeatureExtractor.from_pretrained(folder, **given)
    tokenizer = AutoTokenizer.from_pretrained(folder, **given)
    network: Any = WhisperForConditionalGeneration.from_pretrained(folder, use_safetensors=True, **given).float().eval()
    task = "transcribe" if getattr(network.generation_config, "is_multilingual", False) else None
    found = []
    for samples in recordings:
        pieces = [samples[start : start + _PIECE] for start in range(0, max(1, len(samples)), _PIECE)]
        heard = log_mel(pieces, sampling_rate=RATE, return_tensors="pt").input_features
        written = network.generate(heard, task=task)
        found.append(" ".join(tokenizer.batch_decode(written, skip_special_tokens=True)))
    return found


def _ctc(folder: Path, recordings: Sequence[np.ndarray]) -> list[str]:
    from transformers import AutoModelForCTC, AutoProcessor

    given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    processor = AutoProcessor.from_pretrained(folder, **given)
    network: Any = AutoModelForCTC.from_pretrained(folder, use_safetensors=True, **given).eval()
    found = []
    for samples in recordings:
        values = processor(samples, sampling_rate=RATE, return_tensors="pt").input_values
        found += processor.batch_decode(network(values).logits.argmax(-1))
    return found
