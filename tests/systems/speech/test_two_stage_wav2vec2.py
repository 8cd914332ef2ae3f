"""Recognition first, emotion afterwards: what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item
from ai4er.systems.speech.two_stage_wav2vec2 import Config, TwoStageWav2Vec2

SPACE = label_space("common4")
TEXTS = ("so sad", "he is mad", "we are fine", "she was happy")


def system(**changes: Any) -> TwoStageWav2Vec2:
    torch.manual_seed(0)
    config = Config.small().override({"recognition_epochs": 1, "epochs": 1, "batch_size": 4, **changes})
    return TwoStageWav2Vec2(config, SPACE, {"speech": ()}, {"speech": True})


def items(texts: tuple[str | None, ...] = TEXTS, gender: bool = True) -> list[Item]:
    generator = np.random.default_rng(0)
    made = []
    for i, text in enumerate(texts):
        known = {"gender": ("female", "male")[i % 2]} if gender else {}
        record = Record(id=str(i), corpus="made", label=SPACE.names[i % 4], text=text, attributes=known)
        samples = (0.1 * generator.standard_normal(8000 + 800 * i)).astype(np.float32)
        made.append(Item(record, {"speech": samples}, np.int64(i % 4)))  # type: ignore[arg-type]
    return made


def states() -> tuple[list[torch.Tensor], torch.Tensor]:
    """The states of three layers, and how many frames are real."""
    torch.manual_seed(1)
    return [torch.randn(2, 7, 96, requires_grad=True) for _ in range(3)], torch.tensor([7, 5])


def test_the_second_stage_begins_with_the_encoder_of_the_first_and_a_fresh_head() -> None:
    whole = system()
    batch, (first, second) = whole.collate(items()), whole.stages()
    assert (first.name, second.name) == ("recognition", "emotion")
    start = {name: p.detach().clone() for name, p in whole.named_parameters()}
    whole.step(batch, first, [one.optimiser for one in first.optimise(2)], torch.Tensor.backward)
    learnt = {name: p.detach().clone() for name, p in whole.named_parameters()}
    same = {name.split(".")[0] for name in start if torch.equal(start[name], learnt[name])}
    assert same == {"emotion"}, "recognition, gender and the encoder have learnt"
    (one,) = second.optimise(2)
    assert all(torch.equal(p, learnt[name]) for name, p in whole.named_parameters())
    whole.step(batch, second, [one.optimiser], torch.Tensor.backward)
    changed = {n.split(".")[0] for n, p in whole.named_parameters() if not torch.equal(p, learnt[n])}
    assert changed == {"emotion", "encoder"}


def test_the_second_stage_reads_neither_transcripts_nor_genders() -> None:
    whole, terms = system().eval(), []
    for units in (items(), items((None,) * 4, gender=False)):
        whole.zero_grad()
        batch = whole.collate(units)
        term = whole.loss(whole(batch), batch)
        assert set(term) == {"cross_entropy"}
        term["cross_entropy"].backward()
        terms.append(float(term["cross_entropy"].detach()))
        heads = [*whole.recognition.parameters(), *whole.gender.parameters()]
        assert all(p.grad is None for p in heads)
    assert terms[0] == terms[1]


@pytest.mark.parametrize("skip", [0, 1])
def test_gender_reaches_the_lower_layer_directly_only_through_the_skip(skip: int) -> None:
    layers, frames = states()
    whole = system(skip_layer=skip)
    outputs = whole.answered(torch.stack([*layers[:-1], layers[-1].detach()], 2), frames)
    if not skip:
        loss = outputs.extras["gender"].sum()
        assert torch.autograd.grad(loss, layers[1], allow_unused=True, materialize_grads=True)[0].eq(0).all()
        return
    gradient = torch.autograd.grad(outputs.extras["gender"][:, 0].sum(), layers[1])[0]
    assert gradient[0].any() and gradient[1, :5].any() and not gradient[1, 5:].any(), "padded frames are not read"


def test_letters_do_not_depend_on_the_skip() -> None:
    layers, frames = states()
    plain, skipping = (system(skip_layer=skip).eval() for skip in (0, 1))
    one, other = (whole.answered(torch.stack(layers, 2), frames) for whole in (plain, skipping))
    assert torch.equal(one.extras["letters"], other.extras["letters"])
    assert not torch.allclose(one.logits, other.logits)


def test_utterance_heads_ignore_padded_frames() -> None:
    layers, frames = states()
    whole = system().eval()
    other = torch.stack(layers, 2).detach().clone()
    other[1, 5:] = 7.0
    one, two = whole.answered(torch.stack(layers, 2), frames), whole.answered(other, frames)
    assert torch.equal(one.logits, two.logits) and torch.equal(one.extras["gender"], two.extras["gender"])


def test_joint_training_weighs_recognition_with_a_tenth_of_the_emotion() -> None:
    whole = system(method="joint").eval()
    batch = whole.collate(items())
    outputs = whole(batch)
    joint, alone = whole.loss(outputs, batch), whole.recognition_loss(outputs, batch)
    torch.testing.assert_close(joint["ctc"], 0.1 * alone["ctc"])
    assert [stage.name for stage in whole.stages()] == ["emotion"]
    assert -1 <= whole.conflict(batch) <= 1


def test_the_published_heads_have_their_sizes() -> None:
    from ai4er.nn.ctc import CTCHead
    from ai4er.systems.base import parameter_count

    assert parameter_count(CTCHead(768, 32)) == 768 * 32 + 32
    assert (Config().skip_layer, Config().gender_weight, Config().joint_weight) == (6, 0.1, 0.1)


def test_what_is_decoded_is_compared_with_what_was_said() -> None:
    whole = system().eval()
    batch = whole.collate(items())
    assert len(whole.transcribed(batch)) == 4
    assert whole.word_error_rate([batch]) > 0


def test_missing_transcripts_or_genders_are_clear_errors() -> None:
    whole = system()
    for units, said in ((items((None,) * 4), "set auxiliary"), (items(gender=False), "has a gender")):
        with pytest.raises(Ai4erError, match=said):
            whole.check(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    with pytest.raises(Ai4erError, match="skip_layer=9"):
        system(skip_layer=9)
