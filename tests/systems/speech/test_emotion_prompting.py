"""Entailment between spoken prompts and utterances: what the sheet says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.labels.characters import WAV2VEC2
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.speech.emotion_prompting import Config, EmotionPrompting, _entailment, joined, spoken

SPACE = label_space("common4")


def system(space: Any = SPACE, **changes: Any) -> EmotionPrompting:
    torch.manual_seed(0)
    return EmotionPrompting(Config.small().override(changes), space, {"speech": ()}, {"speech": True})


def items(texts: tuple[str | None, ...] = ("so sad", "he is mad", "we are fine"), seed: int = 0) -> list[Item]:
    generator = np.random.default_rng(seed)
    made = []
    for i, text in enumerate(texts):
        record = Record(id=str(i), corpus="made", label=SPACE.names[i % 4], text=text)
        samples = (0.1 * generator.standard_normal(16_000 + 800 * i)).astype(np.float32)
        made.append(Item(record, {"speech": samples}, np.int64(i % 4)))  # type: ignore[arg-type]
    return made


def data(whole: EmotionPrompting, units: list[Item]) -> StageData:
    return StageData({"train": units}, whole.collate, 0, torch.device("cpu"))


def scores(whole: EmotionPrompting, batch: Batch) -> torch.Tensor:
    with torch.inference_mode():
        return whole.eval()(batch).logits


def test_a_fifth_prompt_gives_a_fifth_score_and_no_new_weight() -> None:
    more = SPACE.override({"name": "five", "names": (*SPACE.names, "surprise")})
    four, five = system(), system(more)
    assert parameter_count(four) == parameter_count(five)
    assert four.entailment.out_features == 2
    batch = four.collate(items())
    assert scores(four, batch).shape == (3, 4) and scores(five, batch).shape == (3, 5)


def test_swapping_two_prompts_swaps_their_scores_and_equal_prompts_score_the_same() -> None:
    whole = system()
    batch = whole.collate(items())
    before = scores(whole, batch)
    with torch.no_grad():
        for buffer in (whole.prompts, whole.prompt_lengths):
            buffer[[0, 2]] = buffer[[2, 0]].clone()
    torch.testing.assert_close(scores(whole, batch), before[:, [2, 1, 0, 3]])
    with torch.no_grad():
        whole.prompts[1], whole.prompt_lengths[1] = whole.prompts[0], whole.prompt_lengths[0]
    found = scores(whole, batch)
    torch.testing.assert_close(found[:, 0], found[:, 1])


def test_frames_of_the_utterance_know_the_prompt() -> None:
    whole = system().eval()
    speech = whole.collate(items()[:1])["speech"]
    with torch.no_grad():
        whole.prompt_lengths.fill_(int(whole.prompt_lengths.min()))
    with torch.inference_mode():
        given = whole.paired(speech, torch.tensor([[0, 1]]))
        states, frames = whole.encoder.hidden(given.data, given.lengths)
    assert frames[0] == frames[1]
    ends = states[:, int(frames[0]) - 3 : int(frames[0]), -1]
    assert not torch.allclose(ends[0], ends[1], atol=1e-4)
    one, other = whole.collate(items(seed=0)), whole.collate(items(seed=1))
    assert not torch.allclose(scores(whole, one), scores(whole, other))


def test_the_parts_stand_one_behind_the_other_with_the_silence_between() -> None:
    first = Padded(torch.tensor([[1.0, 2, 3], [4, 0, 0]]), torch.tensor([3, 1]))
    second = Padded(torch.tensor([[5.0, 0], [6, 7]]), torch.tensor([1, 2]))
    found = joined(first, second, torch.tensor([9.0, 9]))
    assert found.data.tolist() == [[1, 2, 3, 9, 9, 5], [4, 9, 9, 6, 7, 0]]
    assert found.lengths.tolist() == [6, 5]


def test_each_utterance_has_one_positive_and_other_negatives_that_were_seen_in_training() -> None:
    whole = system(negatives=2)
    whole.prepare(data(whole, items()))
    assert whole.seen.tolist() == [True, True, True, False]
    targets = torch.tensor([0, 1, 2] * 30)
    drawn = whole.drawn(targets)
    assert drawn.shape == (90, 3) and torch.equal(drawn[:, 0], targets)
    assert all(len(set(row)) == 3 for row in drawn.tolist()) and (drawn < 3).all()
    assert (drawn == targets.unsqueeze(1)).double().mean() == pytest.approx(1 / 3)
    assert system(negatives=0).drawn(targets).shape == (90, 4)


def test_both_answers_weigh_the_same() -> None:
    pairs, classes, targets = torch.randn(2, 4, 2), torch.tensor([[1, 0, 2, 3], [3, 2, 1, 0]]), torch.tensor([1, 3])
    scores = pairs.log_softmax(-1)
    expected = -(0.5 * scores[:, 0, 1] + 0.5 * scores[:, 1:, 0].mean(1)).mean()
    torch.testing.assert_close(_entailment(pairs, classes, targets), expected)
    assert _entailment(pairs, classes, torch.tensor([-100, -100])) == 0


def test_the_transcript_is_that_of_prompt_and_utterance() -> None:
    whole = system()
    batch = whole.collate(items(("so sad", None)))
    found = whole._said(torch.tensor([[1, 0], [0, 2]]), batch.extras["letters"])
    rows = [WAV2VEC2.decode(row[:length]) for row, length in zip(found.data.tolist(), found.lengths.tolist())]
    names = SPACE.names
    assert rows == [f"the speaker feels {names[1]} so sad", f"the speaker feels {names[0]} so sad", "", ""]


def test_recognition_reaches_the_shared_encoder_and_is_absent_without_its_weight() -> None:
    whole, without = system().train(), system(recognition_weight=0.0)
    batch = whole.collate(items())
    whole.loss(whole(batch), batch)["ctc"].backward()
    assert all(p.grad is not None and p.grad.any() for p in whole.recognition.parameters())
    assert any(p.grad is not None and p.grad.any() for p in whole.encoder.parameters())
    assert whole.entailment.weight.grad is None
    assert not hasattr(without, "recognition") and set(without.loss(without(batch), batch)) == {"entailment"}


def test_prompts_differ_in_the_emotion_only_and_are_equally_loud() -> None:
    one, other = spoken("the speaker feels anger", 2.0), spoken("the speaker feels sadness", 2.0)
    same = min(len(one), len(other)) // 2
    assert np.array_equal(spoken("the speaker feels anger", 2.0), one)
    assert len(one) <= 32_000 and np.abs(one[:same]).max() > 0.01
    whole = system()
    levels = [whole.prompts[i, : whole.prompt_lengths[i]].square().mean().sqrt() for i in range(4)]
    torch.testing.assert_close(torch.stack(levels), torch.full((4,), 0.05))


def test_own_recordings_take_the_place_of_the_voice(tmp_path: Path) -> None:
    import soundfile

    whole = system(prompt_folder=str(tmp_path))
    with pytest.raises(Ai4erError, match=r"there is no .*\.wav"):
        whole.prepare(data(whole, items()))
    for number, name in enumerate(SPACE.names):
        soundfile.write(tmp_path / f"{name}.wav", np.sin(np.arange(4000 + number)), 16_000)
    whole.prepare(data(whole, items()))
    assert whole.prompt_lengths.tolist() == [4000, 4001, 4002, 4003]
    assert not whole.prompts[0, 4000:].any()


def test_missing_transcripts_are_a_clear_error() -> None:
    whole = system()
    with pytest.raises(Ai4erError, match="set recognition_weight=0"):
        whole.prepare(data(whole, items((None, None))))
