"""Faithfulness of emix to its sheet: which pairs are mixed, at which level, with which label, and when."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.augment.mixing import mixed
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.prediction.items import build_items, describe, front_ends
from ai4er.prediction.predict import predict
from ai4er.prediction.recognizer import Recognizer
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.systems.augmentation._pairs import MixedItem, PairMixer, class_of, draw_partner, taken, waveform
from ai4er.systems.augmentation.emix import Config, EMix
from ai4er.systems.base import Outputs, parameter_count
from ai4er.systems.batch import Batch, Item, collate_items
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = label_space("common4")
NEUTRAL = SPACE.index("neutral")
IEMOCAP = (1103, 1636, 1708, 1084)


def records(number: int = 16) -> Records:
    generator = np.random.default_rng(0)
    return Records(
        Record(
            id=str(i), corpus="made", label=SPACE.names[i % 4],
            arrays={"audio": (0.1 * generator.standard_normal(4000 + 500 * (i % 5))).astype(np.float32)},
        )
        for i in range(number)
    )  # fmt: skip


def items(number: int = 16, config: Config | None = None) -> list[Item]:
    return build_items(records(number), front_ends((config or Config.small()).inputs), SPACE)


def system(**changes: Any) -> EMix:
    torch.manual_seed(0)
    config = Config.small().override(changes)
    extractors = front_ends(config.inputs)
    return EMix(config, SPACE, *describe(build_items(records(4), extractors), extractors))


def tones(*labels: str) -> list[Item]:
    """Items of one second whose tone tells them apart."""
    time = np.arange(16000) / 16000
    return [
        Item(
            Record(id=str(i), corpus="made", label=label),
            {"waveform": np.sin(2 * np.pi * (300 + 100 * i) * time).astype(np.float32)},
            np.int64(SPACE.index(label)),  # type: ignore[arg-type]
        )
        for i, label in enumerate(labels)
    ]


def strength(samples: np.ndarray, number: int) -> float:
    """The amplitude of the tone of item `number` in a mixture."""
    time = np.arange(16000) / 16000
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * (300 + 100 * number) * time))))


@pytest.mark.parametrize("rule", ["same", "noisier", "both"])
def test_two_different_emotions_are_never_mixed(rule: str) -> None:
    generator = np.random.default_rng(0)
    classes = np.repeat(np.arange(4), [n // 10 for n in IEMOCAP])
    places = generator.integers(len(classes), size=10_000)
    partners = [draw_partner(classes[p], p, classes, rule, NEUTRAL, generator) for p in places]
    one, two = classes[places], classes[partners]
    assert ((one == two) | (one == NEUTRAL) | (two == NEUTRAL)).all()
    assert (places != partners).all()
    if rule == "same":
        assert (one == two).all()
    if rule == "noisier":
        assert ((one == NEUTRAL) ^ (two == NEUTRAL)).all()


def test_plain_mixup_mixes_two_emotions_in_three_of_ten_draws() -> None:
    generator = np.random.default_rng(0)
    classes = np.repeat(np.arange(4), [n // 10 for n in IEMOCAP])
    places = generator.integers(len(classes), size=10_000)
    one = classes[places]
    two = classes[[draw_partner(classes[p], p, classes, "mixup", NEUTRAL, generator) for p in places]]
    share = ((one != two) & (one != NEUTRAL) & (two != NEUTRAL)).mean()
    assert share == pytest.approx(0.31, abs=0.02)


@pytest.mark.parametrize("first", [0, 1])
def test_neutral_speech_is_the_background_whichever_is_drawn_first(first: int) -> None:
    pair = tones("anger", "neutral")
    mixer = PairMixer("noisier", 1.0, (0.7, 0.7), NEUTRAL)
    (mixture,) = mixer([pair[first]], pair, np.random.default_rng(0))
    assert mixture.record.label == "anger" and class_of(mixture) == SPACE.index("anger")
    assert strength(waveform(mixture), 0) == pytest.approx(0.7 / np.hypot(0.7, 0.3), abs=1e-3)
    assert strength(waveform(mixture), 1) == pytest.approx(0.3 / np.hypot(0.7, 0.3), abs=1e-3)


def test_the_share_of_one_is_the_anchor_bit_for_bit() -> None:
    units = items()
    found = PairMixer("same", 1.0, (1.0, 1.0), NEUTRAL)(units, units, np.random.default_rng(0))
    assert all(np.array_equal(waveform(new), waveform(old)) for new, old in zip(found, units))


def test_labels_stay_hard_and_the_same_rule_keeps_the_class_counts() -> None:
    units = items(32)
    found = PairMixer("same", 1.0, (0.5, 1.0), NEUTRAL)(units, units, np.random.default_rng(0))
    assert [class_of(one) for one in found] == [class_of(one) for one in units]
    assert not any(isinstance(one, MixedItem) for one in found)
    assert all(len(waveform(new)) == len(waveform(old)) for new, old in zip(found, units))


def test_about_half_of_the_items_are_replaced() -> None:
    units = items(400)
    found = PairMixer("both", 0.5, (0.5, 1.0), NEUTRAL)(units, units, np.random.default_rng(0))
    assert np.mean([new is not old for new, old in zip(found, units)]) == pytest.approx(0.5, abs=0.07)


def test_evaluation_reads_no_partner() -> None:
    class Untouchable(list):  # type: ignore[type-arg]
        def __getitem__(self, place: Any) -> Any:
            raise AssertionError("a partner was read")

        __iter__ = __getitem__  # type: ignore[assignment]

    whole, units = system(), items()
    assert whole.eval().transform(units, Untouchable(units), np.random.default_rng(0)) is units


def test_partners_come_from_the_training_part_only() -> None:
    units = items()
    for outside in (-1, len(units)):
        with pytest.raises(Ai4erError, match="outside the training part"):
            taken(units, outside)
    pool = tones("anger", "neutral", "anger", "neutral")[2:]
    anchors = tones("anger", "neutral")
    for mixture in PairMixer("both", 1.0, (0.5, 0.5), NEUTRAL)(anchors, pool, np.random.default_rng(0)):
        present = [strength(waveform(mixture), i) > 0.1 for i in range(4)]
        assert sum(present[:2]) <= 1 and sum(present[2:]) == 1


def test_without_mixing_the_batches_are_those_of_the_data() -> None:
    whole, units = system(probability=0).train(), items()
    found = whole.transform(units, units, np.random.default_rng(0))
    one, two = whole.collate(found), collate_items(units, whole.timed)
    assert torch.equal(one["waveform"].data, two["waveform"].data)
    assert torch.equal(one.targets, two.targets)


def test_an_item_without_a_fitting_partner_stays() -> None:
    units = tones("anger", "sadness")
    found = PairMixer("both", 1.0, (0.5, 1.0), NEUTRAL)(units, units, np.random.default_rng(0))
    assert [new is old for new, old in zip(found, units)] == [True, True]


def test_mixup_weighs_two_cross_entropies() -> None:
    whole = system(rule="mixup", share=(0.6, 0.6), probability=1).train()
    units = tones("anger", "happiness")
    found = whole.transform(units[:1], units, np.random.default_rng(0))
    batch = whole.collate(found)
    logits = torch.randn(1, 4)
    surprise = -logits.log_softmax(1)[0]
    wanted = 0.6 * surprise[SPACE.index("anger")] + 0.4 * surprise[SPACE.index("happiness")]
    torch.testing.assert_close(whole.loss(Outputs(logits=logits), batch)["cross_entropy"], wanted)
    np.testing.assert_allclose(waveform(found[0]), 0.6 * waveform(units[0]) + 0.4 * waveform(units[1]), atol=1e-6)


def test_a_space_without_neutral_needs_the_same_rule() -> None:
    space = LabelSpace(name="two", kind="single", names=("anger", "sadness"), source="made")
    with pytest.raises(Ai4erError, match="set rule=same"):
        EMix(Config.small(), space, {"waveform": ()}, {"waveform": True})
    EMix(Config.small().override({"rule": "same"}), space, {"waveform": ()}, {"waveform": True})


def test_padded_frames_never_reach_the_statistics_of_the_batch_norm() -> None:
    one, two = system().train(), system().train()
    x, lengths = torch.randn(3, 12, 32), torch.tensor([12, 7, 9])
    x = x * (torch.arange(12) < lengths.unsqueeze(1)).unsqueeze(2)
    padded = torch.nn.functional.pad(x, (0, 0, 0, 20))
    for whole, given in ((one, x), (two, padded)):
        torch.manual_seed(0)
        whole.network(given, lengths)
    for name, value in one.network.named_buffers():
        torch.testing.assert_close(value, two.network.get_buffer(name))


def test_spec_augment_hides_frames_and_bands_in_training_only(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = system(time_span=3, band_span=4)
    seen: list[torch.Tensor] = []
    monkeypatch.setattr(whole.network, "forward", lambda x, lengths: (seen.append(x), (x.sum((1, 2)), x))[1])
    batch = whole.collate(items())
    whole.train()(batch)
    whole.eval()(batch)
    assert ((seen[0] == 0).all(1).sum(1) >= 4).all() and ((seen[0] == 0).all(2).sum(1) >= 3).all()
    assert not (seen[1] == 0).all(1).any()


def test_sizes_of_the_suggested_classifier() -> None:
    whole = EMix(Config(), SPACE, {"waveform": ()}, {"waveform": True})
    assert whole.network.projection.weight.shape == (192, 128 * 8)
    block = 4 * (192 * 192 + 192) + 2 * 192 * 768 + 768 + 192 + 4 * 192
    assert parameter_count(whole.network.blocks) == 4 * block


BASE = {
    "base": "tim_net",
    "base_settings": {
        "inputs": {"mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=256"}, "filters": 13, "blocks": 3,
        "epochs": 2, "batch_size": 8,
    },
}  # fmt: skip


def test_a_base_learns_from_mixtures_through_its_own_front_end() -> None:
    whole = system(**BASE).train()
    units = items(16, whole.config)
    found = whole.transform(units, units, np.random.default_rng(0))
    extractor = front_ends(whole.config.inputs)["mfcc"]
    changed = [i for i, (new, old) in enumerate(zip(found, units)) if new is not old]
    assert changed
    for i, new in enumerate(found):
        wanted = extractor.extract([waveform(new)])[0]
        np.testing.assert_allclose(new.inputs["mfcc"], wanted, atol=1e-4)
        if i not in changed:
            assert new.inputs["mfcc"] is units[i].inputs["mfcc"]


def test_a_base_is_trained_saved_and_loaded(tmp_path: Any) -> None:
    whole = system(**BASE)
    units = items(16, whole.config)
    fit(whole, {"train": units}, Options(device="cpu"))
    loaded = Recognizer.load(Recognizer.of(whole).save(tmp_path / "recognizer"))
    np.testing.assert_array_equal(predict(loaded.system, units).scores, predict(whole, units).scores)


def test_without_mixing_a_base_learns_what_it_learns_alone() -> None:
    whole = system(**BASE, probability=0)
    units = items(16, whole.config)
    kind = system_class("tim_net")
    torch.manual_seed(0)
    alone = kind(whole.config.of_base(), SPACE, {"mfcc": (13,)}, {"mfcc": True})
    for one in (whole, alone):
        given = [dataclasses.replace(u, inputs={n: u.inputs[n] for n in one.shapes}) for u in units]
        fit(one, {"train": given}, Options(device="cpu"))
    for name, value in alone.state_dict().items():
        assert torch.equal(value, whole.state_dict()[f"base.{name}"]), name


def test_a_base_with_several_stages_and_an_encoder() -> None:
    small = system_class("ft_wav2vec2").config_class.small()
    settings = {**small.model_dump(), "teacher_epochs": 1, "adapt_epochs": 1, "epochs": 1, "codebooks": (2, 3)}
    whole = system(base="ft_wav2vec2", base_settings=settings)
    assert whole.config.encoder == "tiny" and whole.encoders(whole.config) == {"tiny": "speech"}
    history = fit(whole, {"train": items(8, whole.config)}, Options(device="cpu"))
    assert [row["stage"] for row in history.rows] == ["teacher", "adapt", "tune"]


def test_a_base_that_cannot_be_mixed_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="did you mean"):
        Config.small().override({"base": "tim_nett"})
    settings = system_class("ft_wav2vec2").config_class.small().model_dump()
    with pytest.raises(Ai4erError, match="single loss"):
        system(base="ft_wav2vec2", base_settings=settings, rule="mixup")


def test_mixup_reaches_the_loss_of_a_base() -> None:
    whole = system(**BASE, rule="mixup", probability=1, share=(0.5, 0.5)).train()
    units = items(8, whole.config)
    batch: Batch = whole.collate(whole.transform(units, units, np.random.default_rng(0)))
    outputs = whole(batch)
    swapped = dataclasses.replace(
        batch, targets=batch.extras["partner_targets"], extras={**batch.extras, "partner_targets": batch.targets}
    )
    torch.testing.assert_close(whole.loss(outputs, batch), whole.loss(outputs, swapped))


def test_mixed_is_what_the_system_uses() -> None:
    pair = tones("anger", "anger")
    (found,) = PairMixer("same", 1.0, (0.8, 0.8), NEUTRAL)(pair[:1], pair, np.random.default_rng(0))
    np.testing.assert_array_equal(waveform(found), mixed(waveform(pair[0]), waveform(pair[1]), 0.8))
