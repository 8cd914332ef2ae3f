"""Faithfulness of label_adaptive_mixup to its sheet: lengths, labels, losses, the layer and the frame that are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems._speech_encoder import SpeechNetwork
from ai4er.systems.augmentation._pairs import MixedItem
from ai4er.systems.base import Outputs, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech.label_adaptive_mixup import Config, LabelAdaptiveMixup, fixed_length, samples_of

SPACE = label_space("common4")


def system(**changes: Any) -> LabelAdaptiveMixup:
    torch.manual_seed(0)
    given = {"encoder": "tiny", "layer": 1, "samples": 8000, **changes}
    return LabelAdaptiveMixup(Config.small().override(given), SPACE, {"speech": ()}, {"speech": True})


def item(length: int, label: int | None, seed: int = 0) -> Item:
    samples = (0.3 * np.random.default_rng([length, seed]).standard_normal(length)).astype(np.float32)
    record = Record(id=f"{length}-{label}", corpus="made")
    return Item(record, {"speech": samples}, None if label is None else np.int64(label))  # type: ignore[arg-type]


def mixed(one: Item, other: Item, **changes: Any) -> tuple[LabelAdaptiveMixup, MixedItem]:
    whole = system(**{"samples": 100_000, "probability": 1, "augmentation": 0, **changes})
    (found,) = whole.transform([one], [other], np.random.default_rng(0))
    assert isinstance(found, MixedItem)
    return whole, found


def shares(whole: LabelAdaptiveMixup, found: Item) -> list[float]:
    given: Tensor = whole.collate([found]).extras["shares"]
    return [round(value, 6) for value in given[0].tolist()]


def test_waves_are_averaged_and_labels_go_by_duration() -> None:
    one, other = item(100_000, 0), item(25_000, 1)
    whole, found = mixed(one, other)
    assert shares(whole, found) == [0.8, 0.2, 0, 0]
    waves = [fixed_length(samples_of(i), 100_000) for i in (one, other)]
    np.testing.assert_allclose(samples_of(found), (waves[0] + waves[1]) / 2, atol=1e-6)


def test_longer_recordings_count_as_the_fixed_length() -> None:
    assert shares(*mixed(item(250_000, 0), item(100_000, 1))) == [0.5, 0.5, 0, 0]


def test_two_recordings_of_one_class_are_of_that_class() -> None:
    assert shares(*mixed(item(90_000, 2), item(10_000, 2))) == [0, 0, 1, 0]


def test_the_plain_variant_weighs_both_labels_alike() -> None:
    assert shares(*mixed(item(100_000, 0), item(25_000, 1), labels="equal")) == [0.5, 0.5, 0, 0]


def test_short_recordings_end_with_their_mean_and_all_have_peak_1() -> None:
    x = fixed_length(samples_of(item(500, 0)), 800)
    assert np.abs(x).max() == 1
    np.testing.assert_allclose(x[500:], x[:500].mean(), atol=1e-6)
    assert len(fixed_length(x, 300)) == 300 and not fixed_length(np.zeros(4, np.float32), 6).any()


def test_gain_and_polarity_change_as_often_as_they_should() -> None:
    whole = system(probability=0, samples=400)
    x = fixed_length(samples_of(item(400, 0)), 400)
    found = np.stack([whole._augmented(x, np.random.default_rng(i)) for i in range(2000)])
    factor = (found @ x) / (x @ x)
    assert np.mean(factor < 0) == pytest.approx(0.8 * 0.9, abs=0.03)
    changed = np.abs(np.abs(factor) - 1) > 1e-4
    assert changed.mean() == pytest.approx(0.8 * 0.3, abs=0.03)
    assert np.abs(factor).min() >= 10**-0.5 - 1e-5 and np.abs(factor).max() <= 10**0.5 + 1e-5


def test_mixing_and_augmentation_stay_out_of_evaluation() -> None:
    whole, given = system(), item(5000, 1)
    data = whole.collate([given])["speech"].data[0].numpy()
    np.testing.assert_array_equal(data, fixed_length(samples_of(given), 8000))


def outputs(embedding: Tensor) -> Outputs:
    return Outputs(logits=torch.zeros(len(embedding), 4), embedding=embedding)


def test_the_centre_of_the_dominant_class_attracts_and_the_other_does_not() -> None:
    whole, found = mixed(item(25_000, 0), item(100_000, 1))
    batch = whole.collate([found])
    on_centre = whole.centre.centres[1:2].detach()
    assert float(whole.loss(outputs(on_centre), batch)["centre"]) == 0
    whole.loss(outputs(on_centre + 1), batch)["centre"].backward()
    gradient = whole.centre.centres.grad
    assert gradient is not None and gradient[1].any() and not gradient[[0, 2, 3]].any()
    value = float(whole.loss(outputs(on_centre + 1), batch)["centre"])
    assert value == pytest.approx(0.002 * whole.config.embedding, rel=1e-5)


def test_with_one_label_the_divergence_is_the_cross_entropy_and_with_none_it_is_0() -> None:
    whole = system()
    batch = whole.collate([item(500, 3), item(700, 1)])
    logits = torch.randn(2, 4)
    found = whole.loss(Outputs(logits=logits, embedding=torch.zeros(2, 64)), batch)["divergence"]
    torch.testing.assert_close(found, functional.cross_entropy(logits, torch.tensor([3, 1])), atol=1e-6, rtol=0)
    nothing = whole.loss(Outputs(logits=logits[:1], embedding=torch.zeros(1, 64)), whole.collate([item(500, None)]))
    assert all(float(term) == 0 for term in nothing.values())


def test_the_divergence_from_a_mixed_label_is_0_for_that_answer() -> None:
    whole, found = mixed(item(100_000, 0), item(25_000, 1))
    logits = torch.tensor([[0.8, 0.2, 1e-9, 1e-9]]).log()
    answer = Outputs(logits=logits, embedding=torch.zeros(1, 64))
    assert float(whole.loss(answer, whole.collate([found]))["divergence"]) == pytest.approx(0, abs=1e-6)


def test_only_the_first_frame_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = system().eval()
    batch = whole.collate([item(5000, 0)])
    before, states = whole(batch).logits, whole.encoder.hidden
    for first, same in ((1, True), (0, False)):

        def disturbed(samples: Tensor, lengths: Tensor, first: int = first) -> Any:
            found = states(samples, lengths)
            found.x[:, first:] += 1
            return found

        monkeypatch.setattr(whole.encoder, "hidden", disturbed)
        assert torch.equal(whole(batch).logits, before) == same


def test_the_state_of_the_layer_is_read_before_any_closing_norm() -> None:
    from ai4er.encoders import pretrained

    whole = system().eval()
    assert isinstance(whole.encoder, SpeechNetwork) and len(whole.encoder.network.encoder.layers) == 1
    full = SpeechNetwork(pretrained("tiny", "speech"), False).eval()
    batch = whole.collate([item(5000, 0)])
    data, lengths = batch["speech"].data, batch["speech"].lengths
    torch.testing.assert_close(whole.encoder.hidden(data, lengths).x[:, :, 1], full.hidden(data, lengths).x[:, :, 1])


def test_the_dropout_of_every_layer_that_is_kept() -> None:
    whole = system()
    assert isinstance(whole.encoder, SpeechNetwork)
    rates = {(one.dropout.p, one.feed_forward.output_dropout.p) for one in whole.encoder.network.encoder.layers}
    assert rates == {(0.4, 0.4)}


def test_the_published_head() -> None:
    assert parameter_count(torch.nn.Linear(1024, 64)) + parameter_count(torch.nn.Linear(64, 4)) == 65_860
    whole = system()
    assert parameter_count(whole.embedding) + parameter_count(whole.classifier) == (32 + 1) * 64 + 65 * 4
    assert parameter_count(whole.centre) == 256


def test_both_rates_fall_by_a_fifth_for_twenty_epochs() -> None:
    plans = system(decay=0.8, learning_rate=1e-4).stages()[0].optimise(100)
    rates = []
    for _ in range(25):
        rates.append([plan.optimiser.param_groups[0]["lr"] for plan in plans])
        for plan in plans:
            plan.optimiser.step()
            plan.schedule.step()
    assert rates[3] == pytest.approx([1e-4 * 0.8**3, 1e-3 * 0.8**3])
    assert rates[20] == rates[24] == pytest.approx([1e-4 * 0.8**20, 1e-3 * 0.8**20])


def test_features_in_place_of_samples_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="waveform"):
        LabelAdaptiveMixup(Config.small(), SPACE, {"speech": (40,)}, {"speech": True})
