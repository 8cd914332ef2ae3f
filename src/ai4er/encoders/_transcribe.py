"""Transcripts from a speech network with an output layer for characters (CTC)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.encoders._locate import locate
from ai4er.errors import Ai4erError

RATE = 16_000


def transcribe(spec: str, recordings: Sequence[np.ndarray]) -> list[str]:
    """What is said in each recording (samples,) at 16 kHz, in small letters: the best character of every frame.

    Raises `Ai4erError` where the network cannot be had, or does not write characters.
    Source: Graves et al., "Connectionist temporal classification", ICML 2006, best path decoding.
    """
    folder = locate(spec)
    import torch
    from transformers import AutoModelForCTC, AutoProcessor

    try:
        processor = AutoProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        network = AutoModelForCTC.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        ).eval()
    except (OSError, ValueError, KeyError) as error:
        raise Ai4erError(
            f"{spec} does not write down speech ({str(error).splitlines()[0]}): name a CTC model"
        ) from None
    found = []
    with torch.inference_mode():
        for samples in recordings:
            given = processor(np.asarray(samples, np.float32), sampling_rate=RATE, return_tensors="pt")
            found += processor.batch_decode(network(given.input_values).logits.argmax(-1))
    return [" ".join(text.lower().split()) for text in found]
