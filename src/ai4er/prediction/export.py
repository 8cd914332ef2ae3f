"""Recognizers as ONNX graphs: padded inputs and their lengths go in, calibrated scores come out.

The exporter that traces is used, and not the one that is built on `torch.export`: a recurrent layer stays one
operator, where the other unrolls it over the frames of its example. What a trace freezes, such as a size that the
network computes with, is found by comparing with PyTorch on batches of other sizes and lengths.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from ai4er.encoders import save_assets
from ai4er.encoders.token_ids import TokenIds
from ai4er.errors import Ai4erError
from ai4er.prediction.export_check import Report, compare, examples
from ai4er.prediction.exported import ABOUT, FORMAT, GRAPH, LENGTHS, SCORES, TOKENIZER, arguments
from ai4er.prediction.front_networks import OF_POWERS, FrontNetwork, front_network
from ai4er.prediction.predict import Predictor
from ai4er.prediction.recognizer import Recognizer
from ai4er.systems.batch import Batch, Padded

LARGEST = 1e-4
"""The difference of a score from PyTorch's above which there is no export."""
_OPSET = 18
_QUANTISED = ["MatMul", "LSTM", "Gather"]


def export(recognizer: Predictor, folder: Path | str, int8: bool = False) -> Report:
    """Write `network.onnx`, `recognizer.json` and, for a network of token ids, its tokenizer.

    The front ends of the shipped recognizers of speech and faces become part of the graph, which then takes samples or
    pixels; what other front ends compute goes in as it is. With `int8` matrices are stored and multiplied in 8 bits.
    Raises `Ai4erError` where the system cannot be exported or its graph does not say the same; nothing is left then.
    """
    folder = Path(folder)
    if not isinstance(recognizer, Recognizer):
        raise Ai4erError(f"{recognizer.name} is no recognizer of this library's own systems, which alone are exported")
    system = recognizer.system.eval().cpu()
    if system.unit == "dialogue":
        raise Ai4erError(f"{system.slug()} cannot be exported: it reads whole dialogues, and graphs take utterances")
    if folder.exists():
        raise Ai4erError(f"{folder} is there already: export to another folder")
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        inside = _inside(recognizer)
        timed = {name: inside[name].timed if name in inside else own for name, own in system.timed.items()}
        given = examples(recognizer, {name: one.takes for name, one in inside.items()}, timed)
        _trace(recognizer, inside, timed, given[0][0], part / GRAPH)
        report = compare(system, given, part / GRAPH)
        if not report.largest <= LARGEST:
            raise Ai4erError(f"{system.slug()} cannot be exported: its graph says something else ({report})")
        if int8:
            _quantise(part / GRAPH, [f"/{name}{OF_POWERS}" for name in inside])
            report = compare(system, given, part / GRAPH)
        _describe(recognizer, inside, timed, report, int8, part)
        part.rename(folder)
    except OSError as error:
        raise Ai4erError(f"cannot write {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return report


class _Graph(nn.Module):
    """The system behind those front ends that are networks, with its calibration: inputs and lengths -> scores."""

    def __init__(self, recognizer: Recognizer, inside: Mapping[str, FrontNetwork], timed: Mapping[str, bool]) -> None:
        super().__init__()
        self.system, self.temperature, self.timed = recognizer.system, recognizer.temperature, timed
        self.before = nn.ModuleDict({name: one.network for name, one in inside.items()})

    def forward(self, *given: Tensor) -> Tensor:
        rest = iter(given)
        inputs: dict[str, Padded | Tensor] = {}
        for name, timed in self.timed.items():
            x = next(rest)
            lengths = next(rest) if timed else None
            if name in self.before:
                inputs[name] = self.before[name](x) if lengths is None else self.before[name](x, lengths)
            else:
                inputs[name] = x if lengths is None else Padded(x, lengths)
        there = torch.ones(given[0].shape[0], dtype=torch.bool)
        batch = Batch(ids=[], inputs=inputs, available=dict.fromkeys(inputs, there))
        return self.calibrated(self.system.scores(self.system(batch)))

    def calibrated(self, scores: Tensor) -> Tensor:
        """`tempered`, as a part of the graph."""
        kind = self.system.space.kind
        if kind not in ("single", "distribution", "multi") or self.temperature == 1:
            return scores
        logits = scores.clamp(min=1e-7).log()
        if kind == "multi":
            return ((logits - (1 - scores).clamp(min=1e-7).log()) / self.temperature).sigmoid()
        return (logits / self.temperature).softmax(-1)


def _inside(recognizer: Recognizer) -> dict[str, FrontNetwork]:
    """The inputs whose front end is part of the graph."""
    found = {name: front_network(extractor) for name, extractor in recognizer.inputs.items()}
    return {name: one for name, one in found.items() if one is not None}


def _trace(
    recognizer: Recognizer, inside: Mapping[str, FrontNetwork], timed: Mapping[str, bool], batch: Batch, graph: Path
) -> None:
    given = arguments(batch)
    axes = {name: {0: "items", 1: "time"} if timed.get(name) else {0: "items"} for name in given}
    try:
        with torch.no_grad(), warnings.catch_warnings(), _silence():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Graph(recognizer, inside, timed).eval(), tuple(map(torch.from_numpy, given.values())), str(graph),
                dynamo=False, input_names=list(given), output_names=[SCORES], opset_version=_OPSET,
                dynamic_axes={**axes, SCORES: {0: "items"}},
            )  # fmt: skip
    except OSError:
        raise
    except Exception as error:  # whatever the tracer, or the code that it runs, happens to trip over
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise Ai4erError(f"{recognizer.system.slug()} cannot be exported: {why}") from None


@contextmanager
def _silence() -> Iterator[None]:
    """Where the exporter fails it writes the whole network to the terminal, beside Python's own streams."""
    kept = [os.dup(stream) for stream in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        yield
    finally:
        for stream, before in zip((1, 2), kept):
            os.dup2(before, stream)
            os.close(before)
        os.close(nowhere)


def _quantise(graph: Path, whole: list[str]) -> None:
    """Matrices, embeddings and recurrent layers in 8 bits, but for the nodes named in `whole`."""
    if importlib.util.find_spec("onnx") is None:
        raise Ai4erError("--int8 needs the package onnx: pip install 'ai4er[export]'")
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    shaped = graph.with_suffix(".shaped")
    quant_pre_process(graph, shaped, skip_symbolic_shape=True)
    quantize_dynamic(
        shaped, graph, op_types_to_quantize=_QUANTISED, nodes_to_exclude=whole, per_channel=True, reduce_range=True,
        weight_type=QuantType.QInt8,
    )  # fmt: skip
    shaped.unlink()


def _describe(
    recognizer: Recognizer, inside: Mapping[str, FrontNetwork], timed: Mapping[str, bool], report: Report, int8: bool,
    folder: Path,
) -> None:  # fmt: skip
    """Write what a program has to know that runs the graph, and the tokenizer of token ids."""
    system = recognizer.system
    specs = {**system.config.inputs, **{name: one.takes for name, one in inside.items()}}
    inputs = []
    for name, has_time in timed.items():
        extractor, shape = recognizer.inputs[name], inside[name].shape if name in inside else system.shapes[name]
        if isinstance(extractor, TokenIds):
            save_assets(extractor.encoder, "text", folder / TOKENIZER)
            specs[name] = specs[name].replace(f"encoder={extractor.encoder}", f"encoder={TOKENIZER}")
        inputs.append(
            {
                "name": name, "lengths": name + LENGTHS if has_time else None, "front_end": specs[name],
                "timed": has_time,
                "type": "int64" if extractor.integer else "float32",
                "shape": ["items", *(["time"] if has_time else []), *shape],
            }
        )  # fmt: skip
    known = {
        "format": FORMAT, "recognizer": recognizer.name, "system": system.slug(), "int8": int8, "opset": _OPSET,
        "inputs": inputs, "output": {"name": SCORES, "shape": ["items", system.space.size]},
        "space": system.space.model_dump(mode="json"), "thresholds": recognizer.thresholds,
        "compared_with_pytorch": dataclasses.asdict(report), "about": recognizer.about,
    }  # fmt: skip
    (folder / ABOUT).write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")
