"""Four heads on one encoder, and whole conversations: what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item, Padded
from ai4er.systems.speech import _conversation as conversation
from ai4er.systems.speech._joint_heads import EmotionHead, SpeakerHead, SpeechHead, WordHead, loud_frames, normalised
from ai4er.systems.speech.asr_diarisation_emotion import EVERY, LETTERS, ASRDiarisationEmotion, Config

SPACE = label_space("common4")
MIXERS = ("emotion.mix.weight", "words.mix.weight", "speaker.mix.weight", "speech.mix.weight")


def system(**changes: Any) -> ASRDiarisationEmotion:
    torch.manual_seed(0)
    whole = ASRDiarisationEmotion(Config.small().override(changes), SPACE, {"speech": ()}, {"speech": True})
    whole.speaker_numbers = {"anna": 0, "ben": 1}
    return whole


def items(*seconds: float, text: str | None = "so sad") -> list[Item]:
    generator = np.random.default_rng(0)
    made = []
    for i, length in enumerate(seconds):
        record = Record(id=str(i), corpus="made", speaker=("anna", "ben")[i % 2], text=text)
        samples = (0.1 * generator.standard_normal(round(length * 16_000))).astype(np.float32)
        made.append(Item(record, {"speech": samples}, np.int64(i % 4)))  # type: ignore[arg-type]
    return made


def test_heads_have_the_published_sizes() -> None:
    def size(head: torch.nn.Module) -> int:
        return parameter_count(head) - 13  # the mixer's

    assert size(EmotionHead(13, 768, 256, 4, 6, 0.3)) == 1_781_510
    assert size(WordHead(13, 768, 256, 4, len(LETTERS.symbols), 0.2)) == 6_847_005
    assert size(SpeechHead(13, 768, 256)) == 328_962
    assert size(SpeakerHead(13, 768, Config().speaker_channels, 512)) == 5_847_516
    assert len(LETTERS.symbols) == 29


def test_every_head_has_a_mixer_of_its_own_that_begins_with_the_plain_mean() -> None:
    whole = system().train()
    batch = whole.collate(items(0.8, 0.9))
    terms = whole.loss(whole(batch), batch)
    mixers = [dict(whole.named_parameters())[name] for name in MIXERS]
    taught = {}
    for name, term in terms.items():
        found = torch.autograd.grad(term, mixers, retain_graph=True, allow_unused=True, materialize_grads=True)
        taught[name] = [mixer.split(".")[0] for mixer, gradient in zip(MIXERS, found) if gradient.any()]
    assert taught == {name: [name] for name in ("emotion", "words", "speaker", "speech")}
    states = torch.randn(2, 5, 3, 96)
    torch.testing.assert_close(whole.emotion.mix(states), states.mean(2))


def test_every_layer_is_normalised_over_real_frames_and_channels_together() -> None:
    states, mask = 2 + 3 * torch.randn(2, 7, 3, 5), torch.arange(7) < torch.tensor([[7], [4]])
    found = normalised(states, mask)
    for layer in range(3):
        plain = torch.nn.functional.layer_norm(states[1, :4, layer], (4, 5))
        torch.testing.assert_close(found[1, :4, layer], plain, atol=1e-5, rtol=1e-5)
    assert not found[1, 4:].any()


def test_encoder_and_words_change_at_every_batch_and_the_other_heads_at_every_fourth() -> None:
    whole = system().train()
    (stage,) = whole.stages()
    optimisers = [one.optimiser for one in stage.optimise(8)]
    units = items(0.8, 0.9, 0.7, 1.0)
    whole.drawn(units, np.random.default_rng(0))
    batch = whole.collate(units)
    changed = []
    for _ in range(EVERY):
        before = {name: p.detach().clone() for name, p in whole.named_parameters()}
        whole.step(batch, stage, optimisers, torch.Tensor.backward)
        now = {n.split(".")[0].split("_")[0] for n, p in whole.named_parameters() if not torch.equal(p, before[n])}
        changed.append(now)
    assert changed[:3] == [{"encoder", "words"}] * 3
    assert changed[3] == {"encoder", "words", "emotion", "speaker", "speech"}


def test_the_slow_optimiser_gets_the_sum_of_four_gradients() -> None:
    whole = system(speaker_weight=0.0, word_weight=0.0).eval()
    (stage,) = whole.stages()
    optimisers = [one.optimiser for one in stage.optimise(8)]
    batch = whole.collate(items(0.8, 0.9))
    for group in optimisers[0].param_groups:
        group["lr"] = 0.0
    whole.since = 0
    for _ in range(EVERY - 1):
        whole.step(batch, stage, optimisers, torch.Tensor.backward)
    weight = whole.emotion.output.weight
    (alone,) = torch.autograd.grad(whole.loss(whole(batch), batch)["emotion"], weight)
    torch.testing.assert_close(weight.grad, 3 / EVERY * alone)


def test_rates_fall_where_their_own_value_no_longer_improves() -> None:
    whole = system()
    (stage,) = whole.stages()
    stage.optimise(8)
    rates = {g["name"]: g["lr"] for optimiser in whole.optimisers for g in optimiser.param_groups}
    assert (rates["emotion"], rates["speaker"], rates["speech"], rates["words"]) == (0.6, 0.2, 0.4, 1.2)
    for value in (1.0, 1.0, 1.0, 1.0):
        whole._anneal({"emotion": value, "words": 1.0 - value / 2})
    after = {g["name"]: g["lr"] for optimiser in whole.optimisers for g in optimiser.param_groups}
    assert after["emotion"] == pytest.approx(0.6 * 0.8) and after["speech"] == 0.4


def test_speech_is_what_is_loud() -> None:
    samples = torch.cat([torch.zeros(640), torch.ones(640), 0.001 * torch.ones(640)]).unsqueeze(0)
    assert loud_frames(samples, 4, 640, 35.0).tolist() == [[0, 1, 0, 0]]


def test_words_and_speakers_are_learnt_from_perturbed_recordings() -> None:
    whole = system().train()
    speech = whole.collate(items(1.5, 1.2))["speech"]
    torch.manual_seed(3)
    found = [whole.perturbed(speech) for _ in range(8)]
    assert {int(one.lengths[0]) for one in found} <= {24_000, round(24_000 / 0.95), round(24_000 / 1.05)}
    assert len({int(one.lengths[0]) for one in found}) > 1
    assert any((one.data[0, : int(one.lengths[0])] == 0).sum() > 500 for one in found)


def test_windows_are_stitched_at_their_middles() -> None:
    windows = [np.full(149, number) for number in range(3)]
    found = conversation.stitched(windows, 50, 100)
    assert found[:100].tolist() == [0] * 100 and found[100:150].tolist() == [1] * 50
    assert set(found[150:].tolist()) == {2} and len(found) == 50 * 2 + 149
    assert len(conversation.stitched(windows[:1], 50, 100)) == 149


def test_the_frames_of_windows_are_those_of_the_recording() -> None:
    samples = np.arange(16_000 * 7) // 320  # the number of each frame of 20 ms

    def number(windows: Any) -> list[np.ndarray]:
        return [window[::320] for window in windows]

    found = conversation.speech_frames(samples, number, 47_840, 16_000, 320)
    assert found.tolist() == list(range(350))


def test_gaps_are_closed_and_short_stretches_left_out() -> None:
    speech = np.zeros(100)
    speech[10:30] = speech[40:60] = speech[90:95] = 1
    assert conversation.spans_of(speech, 0.02) == [pytest.approx((0.2, 1.2))]
    speech[30:40] = 0
    assert len(conversation.spans_of(speech, 0.02, gap=0.1)) == 2


def test_pieces_overlap_and_the_last_ends_with_the_stretch() -> None:
    assert conversation.pieces_of((1.0, 2.0)) == [(1.0, 2.0)]
    found = conversation.pieces_of((0.0, 2.2))
    assert found == [pytest.approx(piece) for piece in ((0.0, 0.99), (0.5, 1.49), (1.0, 1.99), (1.21, 2.2))]


def test_two_voices_become_two_clusters_and_turns() -> None:
    generator = np.random.default_rng(0)
    who = np.array([0, 0, 0, 1, 1, 0, 0, 1, 1, 1] * 3)
    voices = np.eye(2)[who] + 0.1 * generator.standard_normal((30, 2))
    found = conversation.clusters(voices, 2)
    assert len(set(zip(who, found))) == 2
    pieces = [(0.0, 0.99), (0.5, 1.49), (1.0, 1.99), (3.0, 3.99)]
    assert conversation.turns_of(pieces, [0, 0, 1, 1]) == [
        (0.0, pytest.approx(1.245), 0), (pytest.approx(1.245), 1.99, 1), (3.0, 3.99, 1),
    ]  # fmt: skip
    assert conversation.turns_of([(0.0, 0.99), (0.5, 1.49)], [1, 1]) == [(0.0, 1.49, 1)]


def test_a_conversation_becomes_turns_with_speaker_emotion_and_words() -> None:
    whole = system()
    generator = np.random.default_rng(0)
    samples = (0.1 * generator.standard_normal(16_000 * 5)).astype(np.float32)
    with torch.no_grad():
        whole.speech.output.weight.zero_()
        whole.speech.output.bias.copy_(torch.tensor([0.0, 1.0]))
    found = whole.converse(samples)
    assert found[0].start == 0 and found[-1].end == pytest.approx(5.0, abs=0.1)
    assert {turn.speaker for turn in found} <= {"0", "1"} and {turn.emotion for turn in found} <= set(SPACE.names)
    with torch.no_grad():
        whole.speech.output.bias.copy_(torch.tensor([1.0, 0.0]))
    assert whole.converse(samples) == []


def test_a_batch_of_recordings_and_each_alone_mean_the_same() -> None:
    whole = system().eval()
    batch = whole.collate(items(1.0, 0.6))
    states, mask, frames = whole.states(batch["speech"])
    short = batch["speech"].data[1:, :9600]
    alone, one, count = whole.states(Padded(short, torch.tensor([9600])))
    torch.testing.assert_close(states[1, : int(frames[1])], alone[0, : int(count[0])], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(whole.emotion(states, mask)[1], whole.emotion(alone, one)[0], atol=1e-4, rtol=1e-4)


def test_missing_words_and_speakers_are_clear_errors() -> None:
    for changes, units, said in (
        ({"speakers": 1}, items(0.5, 0.5), "training has 2 speakers"),
        ({}, items(0.5, text=None), "set word_weight=0"),
    ):
        whole = system(**changes)
        with pytest.raises(Ai4erError, match=said):
            whole.prepare(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    with pytest.raises(Ai4erError, match="needs words, speakers and speech"):
        system(word_weight=0.0).converse(np.zeros(16_000, np.float32))
