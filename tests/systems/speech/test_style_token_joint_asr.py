"""Joint recognition with style tokens: what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech.style_token_joint_asr import PIECES, Config, StyleTokenJointASR, _by_utterance

SPACE = label_space("common4")
TEXTS = ("so sad again", "he is mad", "we are fine")


def system(**changes: Any) -> StyleTokenJointASR:
    torch.manual_seed(0)
    whole = StyleTokenJointASR(Config.small().override(changes), SPACE, {"mel": (20,)}, {"mel": True})
    whole.learn_pieces(StageData({"train": items()}, whole.collate, 0, torch.device("cpu")))
    return whole


def items(texts: tuple[str | None, ...] = TEXTS) -> list[Item]:
    generator = np.random.default_rng(0)
    made = []
    for i, text in enumerate(texts):
        record = Record(id=str(i), corpus="made", label=SPACE.names[i], text=text)
        mel = generator.standard_normal((60 + 8 * i, 20)).astype(np.float32)
        made.append(Item(record, {"mel": mel}, np.int64(i)))  # type: ignore[arg-type]
    return made


def injected(whole: StyleTokenJointASR) -> StyleTokenJointASR:
    """With a style that is heard, and tokens that differ much between utterances."""
    torch.nn.init.normal_(whole.injection.weight)
    with torch.no_grad():
        whole.style.bank.query.weight.mul_(50)
    return whole


def test_before_fine_tuning_it_is_the_recogniser_without_style_bit_for_bit() -> None:
    whole, plain = system().eval(), system(style=False).eval()
    plain.load_state_dict(whole.state_dict(), strict=False)
    batch = whole.collate(items())
    assert torch.equal(whole(batch).logits, plain(batch).logits)
    assert not whole.injection.weight.any()


def test_style_is_one_vector_for_the_whole_utterance() -> None:
    whole = injected(system()).eval()
    batch = whole.collate(items())
    plain, mask = whole.recognised(batch)
    styled = whole.styled(plain, batch)
    for row, length in enumerate(mask.sum(1).tolist()):
        added = (styled - plain)[row, :length]
        torch.testing.assert_close(added, added[:1].expand_as(added), atol=1e-5, rtol=1e-4)
    assert not torch.allclose((styled - plain)[0, 0], (styled - plain)[1, 0])


def test_the_recogniser_does_not_hear_the_level_of_a_band_and_the_style_does() -> None:
    whole = injected(system()).eval()
    batch = whole.collate(items())
    louder = whole.collate(items())
    louder["mel"].data.add_(torch.linspace(-2, 2, 20) * louder["mel"].mask.unsqueeze(-1))
    same = [whole.recognised(b)[0] for b in (batch, louder)]
    torch.testing.assert_close(*same, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(whole(batch).logits, whole(louder).logits, atol=1e-3)


def test_every_utterance_is_normalised_over_its_real_frames() -> None:
    x, mask = 3 + 2 * torch.randn(2, 9, 4), torch.arange(9) < torch.tensor([[9], [5]])
    found = _by_utterance(x, mask)
    real = x[1, :5]
    expected = (real - real.mean(0)) / (real.var(0, correction=0) + 1e-5).sqrt()
    torch.testing.assert_close(found[1, :5], expected, atol=1e-5, rtol=1e-5)
    assert not found[1, 5:].any()


def test_the_emotion_is_the_first_symbol_and_only_that() -> None:
    whole = system().eval()
    batch = whole.collate(items())
    found = whole.transcribed(batch)
    assert all(emotion in SPACE.names for emotion, _ in found)
    assert not any(name in words for _, words in found for name in SPACE.names)
    assert whole(batch).logits.shape == (3, 4)


def test_the_emotion_is_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = system()
    for emotion in SPACE.names:
        monkeypatch.setattr(whole, "transcribed", lambda _, e=emotion: [(e, text) for text in TEXTS])
        assert whole.word_error_rate([whole.collate(items())]) == 0


def test_the_sequence_loss_teaches_the_tokens_without_a_classifier_of_emotions() -> None:
    whole = injected(system()).train()
    batch = whole.collate(items())
    terms = whole.loss(whole(batch), batch)
    assert set(terms) == {"ctc", "attention"}
    sum(terms.values()).backward()
    assert whole.style.bank.tokens.grad is not None and whole.style.bank.tokens.grad.any()


def test_rows_of_emotions_are_as_new_when_fine_tuning_begins() -> None:
    whole = system()
    before = whole.recogniser.ctc.output.weight.detach().clone()
    stage, batch = whole.stages()[0], whole.collate(items())
    whole.train()
    whole.step(batch, stage, [one.optimiser for one in stage.optimise(3)], torch.Tensor.backward)
    after = whole.recogniser.ctc.output.weight
    assert torch.equal(after[whole.first_emotion :], before[whole.first_emotion :])
    assert batch.extras["pieces"].data.max() < whole.first_emotion
    assert (batch.extras["pieces"].data[0, : batch.extras["pieces"].lengths[0]] >= PIECES).all()


def test_masks_are_for_the_recogniser_in_training_only() -> None:
    whole = system(time_span=5, band_span=4)
    x, lengths = torch.ones(2, 40, 20), torch.tensor([40, 40])
    hidden = whole.train()._augmented(x, lengths)
    assert (hidden == 0).any() and torch.equal(whole.eval()._augmented(x, lengths), x)


def test_missing_words_and_emotions_are_clear_errors() -> None:
    whole = system()

    def data(units: list[Item]) -> StageData:
        return StageData({"train": units}, whole.collate, 0, torch.device("cpu"))

    with pytest.raises(Ai4erError, match="choose a corpus with transcripts"):
        whole.learn_pieces(data(items((None, None))))
    unlabelled = [Item(one.record, one.inputs, None) for one in items()]
    with pytest.raises(Ai4erError, match="writes an emotion first"):
        whole.check(data(unlabelled))
    assert isinstance(whole.collate(items((None,))), Batch)
