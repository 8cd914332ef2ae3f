"""Speech in four codes: what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.features.pitch_bins import quantised
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech.decomposed_speech import Config, DecomposedSpeech

SPACE = label_space("common4")
SHAPES, TIMED = {"mel": (80,), "pitch": ()}, {"mel": True, "pitch": True}


def system(**changes: Any) -> DecomposedSpeech:
    torch.manual_seed(0)
    whole = DecomposedSpeech(Config.small().override(changes), SPACE, SHAPES, TIMED)
    whole.speaker_numbers = {"anna": 0, "ben": 1}
    return whole


def items(*lengths: int, text: str | None = "so sad") -> list[Item]:
    generator = np.random.default_rng(0)
    made = []
    for i, frames in enumerate(lengths):
        record = Record(id=str(i), corpus="made", speaker=("anna", "ben")[i % 2], text=text)
        inputs = {
            "mel": generator.random((frames, 80)).astype(np.float32),
            "pitch": generator.integers(0, 257, frames),
        }
        made.append(Item(record, inputs, np.int64(i % 4)))  # type: ignore[arg-type]
    return made


def decomposed(whole: DecomposedSpeech, batch: Batch) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        codes, _, timbre = whole.decomposed(batch["mel"].data, batch["pitch"].data, batch["mel"].lengths)
    return {**codes, "timbre": timbre}


def test_codes_have_the_published_sizes() -> None:
    with torch.device("meta"):
        whole = DecomposedSpeech(Config(), SPACE, SHAPES, TIMED)
    assert whole.decoder.lstm.input_size == 82 + 64
    assert [2 * e.units for e in (whole.content_encoder, whole.pitch_encoder, whole.rhythm_encoder)] == [16, 64, 2]
    assert (whole.decoder.lstm.hidden_size, whole.decoder.lstm.num_layers) == (512, 3)
    assert whole.spectrum.weight.shape == (80, 1024) and whole.letters.output.weight.shape == (32, 512)
    found = decomposed(system().eval(), system().collate(items(192)))
    assert {name: tuple(code.shape[1:]) for name, code in found.items()} == {
        "content": (24, 16), "pitch": (24, 64), "rhythm": (24, 2), "timbre": (64,),
    }  # fmt: skip
    assert parameter_count(whole.rhythm_encoder.convolutions) == 80 * 128 * 5 + 128


def test_a_random_tempo_changes_content_and_pitch_and_never_rhythm_and_timbre() -> None:
    whole = system()
    batch = whole.collate(items(128, 100))
    first, second = (decomposed(whole.train(), batch) for _ in range(2))
    assert {name for name in first if torch.equal(first[name], second[name])} == {"rhythm", "timbre"}
    first, second = (decomposed(whole.eval(), batch) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_another_pitch_changes_the_pitch_code_alone() -> None:
    whole = system().eval()
    batch, other = (whole.collate(items(96, 80)) for _ in range(2))
    other["pitch"].data.copy_(other["pitch"].data.flip(1))
    one, two = decomposed(whole, batch), decomposed(whole, other)
    assert {name for name in one if not torch.equal(one[name], two[name])} == {"pitch"}


def test_the_reconstruction_reads_every_code() -> None:
    whole = system().eval()
    batch = whole.collate(items(96))
    codes, _, timbre = whole.decomposed(batch["mel"].data, batch["pitch"].data, batch["mel"].lengths)
    before = whole.reconstructed(codes, timbre, batch["mel"].lengths, 96)
    assert before.shape == (1, 96, 80)
    for name in codes:
        changed = {**codes, name: codes[name] + 1}
        assert not torch.allclose(whole.reconstructed(changed, timbre, batch["mel"].lengths, 96), before)
    assert not torch.allclose(whole.reconstructed(codes, timbre + 1, batch["mel"].lengths, 96), before)


def test_each_task_teaches_the_parts_that_it_is_meant_for() -> None:
    whole = system().train()
    batch = whole.collate(items(96, 90))
    outputs = whole(batch)
    terms = whole.loss(outputs, batch)
    parts = ("content_encoder", "pitch_encoder", "rhythm_encoder", "timbre_encoder", "decoder")
    taught = {}
    for name, term in terms.items():
        gradients = torch.autograd.grad(
            term, list(whole.parameters()), retain_graph=True, allow_unused=True, materialize_grads=True
        )
        learnt = [n for (n, _), g in zip(whole.named_parameters(), gradients) if g.any()]
        taught[name] = {part for part in parts if any(n.startswith(part + ".") for n in learnt)}
    assert taught == {
        "cross_entropy": set(parts[:4]), "reconstruction": set(parts), "speaker": {"timbre_encoder"},
        "ctc": {"content_encoder"},
    }  # fmt: skip


def test_the_reconstruction_counts_real_frames_only() -> None:
    whole = system().train()
    batch = whole.collate(items(96, 40))
    outputs = whole(batch)
    outputs.extras["reconstruction"][1, 40:] += 100
    found = whole.reconstruction_loss(outputs, batch)["reconstruction"]
    rebuilt, mel = outputs.extras["reconstruction"], outputs.extras["mel"]
    squared = torch.cat([(rebuilt - mel)[0].flatten(), (rebuilt - mel)[1, :40].flatten()]).square().mean()
    torch.testing.assert_close(found, squared)


def test_padding_and_the_seconds_behind_the_limit_change_no_answer() -> None:
    whole = system(longest=62).eval()
    short = items(62, 40)
    long = [Item(i.record, {n: np.concatenate([x, x]) for n, x in i.inputs.items()}) for i in short[:1]]  # type: ignore[misc]
    with torch.inference_mode():
        together, alone = whole(whole.collate(short)).logits, whole(whole.collate(short[1:])).logits
        torch.testing.assert_close(together[1], alone[0], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(whole(whole.collate(long)).logits, together[:1], atol=1e-5, rtol=1e-5)


def test_a_constant_pitch_is_one_level_and_unvoiced_frames_are_level_zero() -> None:
    levels = quantised(np.array([0.0, 150.0, 150.0, 0.0, 150.0]))
    assert levels.tolist() == [0, 129, 129, 0, 129]
    pitch = np.array([100.0, 200.0, 0.0, 400.0])
    high = quantised(2 * pitch)
    assert np.array_equal(quantised(pitch), high), "how high a voice is does not matter"
    assert (quantised(2 * pitch, "range")[[0, 1, 3]] > quantised(pitch, "range")[[0, 1, 3]]).all()


def test_missing_speakers_and_words_are_clear_errors() -> None:
    whole = system(speakers=1)
    for units, said, changes in (
        (items(20, 20), "training has 2 speakers", {"speakers": 1}),
        (items(20, 20, text=None), "set recognition_weight=0", {}),
    ):
        whole = system(**changes)
        with pytest.raises(Ai4erError, match=said):
            whole.prepare(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    with pytest.raises(Ai4erError, match="pitch level of every frame"):
        DecomposedSpeech(Config.small(), SPACE, {"mel": (80,), "pitch": (3,)}, TIMED)
