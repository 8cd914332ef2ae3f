"""The convolutional features z of the first wav2vec or of vq-wav2vec, one for each 10 ms."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ai4er.encoders._load import weights
from ai4er.encoders._locate import identity, locate
from ai4er.encoders.base import EncoderFrontEnd
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.records import Record

RATE = 16_000
_PREFIX = "feature_extractor."


class SpeechConvolutions(EncoderFrontEnd):
    """(frames, channels): what comes before the quantiser and the aggregator.

    `encoder` is a folder with the weights of a fairseq checkpoint as `model.safetensors`, its names as they are, and a
    `config.json` with `conv_feature_layers` (channels, width, step of each), `activation` (`relu` or `gelu`) and
    `log_compression`, as in the checkpoint's arguments: the publishers offer pickles only, which are not read.
    """

    needs: ClassVar[str] = "audio"
    timed: ClassVar[bool | None] = True

    encoder: str = "vq-wav2vec_kmeans"

    def load(self, record: Record) -> np.ndarray:
        return audio_of(record, RATE)

    def has(self, record: Record) -> bool:
        return "audio" in record.arrays or bool(record.audio or record.video)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        import torch

        network, least = _convolutions(self.encoder, identity(self.encoder))
        found = []
        with torch.inference_mode():
            for samples in raw:
                padded = np.pad(np.asarray(samples, np.float32), (0, max(0, least - len(samples))))
                found.append(network(torch.from_numpy(padded)[None])[0].numpy())
        return found


@functools.lru_cache(maxsize=2)
def _convolutions(spec: str, files: str) -> tuple[Any, int]:
    """The network of a folder, and the samples that it needs at the least."""
    from torch import nn

    from ai4er.nn.wav2vec_convolutions import Wav2VecConvolutions, shortest

    activations = {"relu": nn.ReLU, "gelu": nn.GELU}
    settings = json.loads((locate(spec) / "config.json").read_text())
    try:
        layers = [(int(channels), int(width), int(step)) for channels, width, step in settings["conv_feature_layers"]]
        network = Wav2VecConvolutions(layers, activations[settings["activation"]], bool(settings["log_compression"]))
        own = {name.removeprefix(_PREFIX): one for name, one in weights(spec).items() if name.startswith(_PREFIX)}
        network.load_state_dict(own)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Ai4erError(
            f"encoder {spec!r} is no wav2vec of fairseq ({str(error).splitlines()[0]}): config.json needs "
            "conv_feature_layers, activation and log_compression, model.safetensors the checkpoint's own names"
        ) from None
    return network.eval().requires_grad_(False), shortest(layers)


FRONT_END = SpeechConvolutions
