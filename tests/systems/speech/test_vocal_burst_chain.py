"""Faithfulness of vocal_burst_chain to its sheet: the order of levels and regressors, losses, sizes, padding."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace, label_space
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.prediction.items import build_items, front_ends
from ai4er.prediction.predict import predict
from ai4er.records import Record
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech._chain_levels import Hierarchy, Levels, NoisyLayerMix
from ai4er.systems.speech.vocal_burst_chain import Config, VocalBurstChain
from ai4er.training.data import load_data
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = label_space("hume_vb10")
CULTURES = ("china", "us", "africa", "venezuela")
CULTURE_NAMES = ("china", "united_states", "south_africa", "venezuela")
SPACE40 = LabelSpace(
    name="cultures", kind="dimensions", names=tuple(f"{c}_{e}" for c in CULTURES for e in SPACE.names), source="made"
)


def system(space: LabelSpace = SPACE, shape: tuple[int, ...] = (6,), **changes: Any) -> VocalBurstChain:
    torch.manual_seed(0)
    return VocalBurstChain(Config(**{"dropout": 0.0, **changes}), space, {"speech": shape}, {"speech": True})


def items(number: int = 5, shape: tuple[int, ...] = (6,), **own: Any) -> list[Item]:
    generator = np.random.default_rng(0)
    found = []
    for i in range(number):
        values = dict(zip((*SPACE.names, "valence", "arousal"), generator.random(12).tolist()))
        x = generator.standard_normal((7 + i, *shape)).astype(np.float32)
        record = Record(id=str(i), corpus="made", label="laugh", dimensions=values, **own)
        found.append(Item(record, {"speech": x}, SPACE.target(record)))
    return found


def test_the_published_sizes_but_for_the_bias_that_a_softmax_does_not_see() -> None:
    high = system(shape=(25, 1024))
    culture = system(SPACE40, (25, 1024), cultures=CULTURES)
    assert parameter_count(high) + 1 == 145_434
    assert parameter_count(culture) + 1 == 154_194
    wider = {"projection": 512, "shared": 128}
    assert parameter_count(system(shape=(25, 1024), **wider)) + 1 == 599_386
    assert parameter_count(system(SPACE40, (25, 1024), cultures=CULTURES, **wider)) + 1 == 613_266


def altered(levels: Hierarchy, x: Tensor, part: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """All outputs before and after what one part puts out is replaced."""

    def flat(found: Levels) -> dict[str, Tensor]:
        assert found.cultures is not None
        return {"low": found.low, **found.contexts, "emotions": found.emotions, "cultures": found.cultures}

    before = flat(levels(x))
    hook = part.register_forward_hook(lambda _, given, out: out + 0.7)
    after = flat(levels(x))
    hook.remove()
    return before, after


def test_a_level_reads_those_before_it_and_no_other() -> None:
    torch.manual_seed(0)
    levels = Hierarchy(16, 12, 8, 2, {"country": 4, "label": 8}, 10, 4, "bidirectional")
    x = torch.randn(3, 16)
    before, after = altered(levels, x, levels.low)
    assert all((after[name] != before[name]).any(0).all() for name in before)
    before, after = altered(levels, x, levels.emotions)
    assert all(torch.equal(after[name], before[name]) for name in ("low", "country", "label"))
    assert (after["cultures"] != before["cultures"]).any(0).all()


def test_the_auxiliary_terms_weigh_a_tenth_and_are_absent_in_evaluation() -> None:
    whole = system(contexts={"label": ("cry", "laugh")}).train()
    batch = whole.collate(items())
    outputs = whole(batch)
    terms = whole.loss(outputs, batch)
    assert set(terms) == {"task", "low", "label"}
    logits = outputs.extras["levels"].contexts["label"]
    torch.testing.assert_close(terms["label"], 0.1 * known_cross_entropy(logits, torch.ones(5, dtype=torch.long)))
    heavier = system(contexts={"label": ("cry", "laugh")}, auxiliary_weight=1.0).train()
    for name, term in heavier.loss(outputs, batch).items():
        torch.testing.assert_close(term, terms[name] if name == "task" else 10 * terms[name])
    assert set(whole.eval().loss(outputs, batch)) == {"task"}


def test_what_is_not_annotated_does_not_count() -> None:
    whole = system(contexts={"country": ("China",)}).train()
    batch = whole.collate(
        [dataclasses.replace(i, record=i.record.replace(dimensions={}), target=None) for i in items()]
    )
    batch = dataclasses.replace(batch, targets=torch.full((5, 10), torch.nan))
    assert all(float(term) == 0 for term in whole.loss(whole(batch), batch).values())


def test_the_layer_weights_are_drawn_in_training_only() -> None:
    mix = NoisyLayerMix(5)
    drawn = [mix.train().shares for _ in range(2)]
    assert not torch.equal(*drawn) and all(float(shares.sum()) == pytest.approx(1) for shares in drawn)
    torch.testing.assert_close(mix.eval().shares, torch.full((5,), 0.2))


def test_the_order_of_the_chain_leaves_the_order_of_the_answers() -> None:
    plain, turned = system().eval(), system(order=SPACE.names[::-1]).eval()
    turned.load_state_dict(plain.state_dict())
    batch = plain.collate(items())
    torch.testing.assert_close(turned(batch).values, plain(batch).values.flip(1))


def test_only_the_projection_of_a_pretrained_encoder_learns() -> None:
    whole = system(shape=(), encoder="tiny").train()
    sounds = [dataclasses.replace(one, inputs={"speech": np.ones(4000, np.float32)}) for one in items(3)]
    batch = whole.collate(sounds)
    sum(whole.loss(whole(batch), batch).values()).backward()  # type: ignore[union-attr]
    learnt = {name for name, p in whole.encoder.named_parameters() if p.grad is not None}
    assert learnt and all(name.startswith("network.feature_projection.") for name in learnt)
    rates = {p: group["lr"] for group in whole._groups() for p in group["params"]}
    assert {rates[p] for p in whole.encoder.parameters() if p in rates} == {1e-5}


def test_padding_changes_no_answer_of_a_waveform() -> None:
    whole = system(shape=(), encoder="tiny").eval()
    whole.encoder.normalise = True  # type: ignore[assignment]
    generator = np.random.default_rng(0)
    short, long = (
        Item(Record(id=str(n), corpus="made"), {"speech": generator.standard_normal(n).astype(np.float32)})
        for n in (5000, 9000)
    )
    alone, together = whole(whole.collate([short])).values, whole(whole.collate([short, long])).values
    torch.testing.assert_close(together[:1], alone, atol=1e-5, rtol=1e-5)


def test_a_class_is_an_intensity_of_one() -> None:
    space = label_space("common4")
    whole = system(space).train()
    given = [dataclasses.replace(i, target=np.int64(n % 4)) for n, i in enumerate(items())]  # type: ignore[arg-type]
    batch = whole.collate(given)
    outputs = whole(batch)
    found = outputs.extras["levels"].emotions
    torch.testing.assert_close(whole.scores(outputs), found / found.sum(1, keepdim=True))
    wanted = torch.eye(4)[batch.targets]
    shift = (found.mean(0) - wanted.mean(0)).square()
    spread = found.var(0, correction=0) + wanted.var(0, correction=0)
    covariance = ((found - found.mean(0)) * (wanted - wanted.mean(0))).mean(0)
    torch.testing.assert_close(whole.loss(outputs, batch)["task"], 1 - (2 * covariance / (spread + shift)).mean())


def test_recordings_get_another_pitch_and_tempo_and_frames_stay() -> None:
    frames, waves = system(), system(shape=(), encoder="")
    given = items(2)
    assert frames.transform(given, given, np.random.default_rng(0)) is given
    sounds = [dataclasses.replace(i, inputs={"speech": np.ones(16000, np.float32)}) for i in given]
    lengths = [len(i.inputs["speech"]) for i in waves.transform(sounds, sounds, np.random.default_rng(0))]  # type: ignore[arg-type]
    assert len(set(lengths)) == 2 and all(16000 / 1.101 < n < 16000 / 0.899 for n in lengths)


def test_the_rate_goes_down_and_up_again_in_half_cosines_of_two_epochs() -> None:
    plan = system().stages()[0].optimise(1000)[0]
    rates = []
    for _ in range(81):
        rates.append(plan.optimiser.param_groups[2]["lr"])
        plan.optimiser.step()
        plan.schedule.step()
    assert [rates[0], rates[20], rates[40], rates[60]] == pytest.approx([1e-3, 1e-6, 1e-3, 1e-6])
    assert rates[10] == pytest.approx((1e-3 + 1e-6) / 2)


def test_a_space_that_does_not_fit_the_cultures_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="CULTURE_EMOTION"):
        system(SPACE, cultures=CULTURES)
    with pytest.raises(Ai4erError, match="order="):
        system(order=("awe",))


def test_ratings_by_country_are_learnt_from_the_files_of_the_challenge(tmp_path: Path) -> None:
    countries, generator = ("China", "United States", "South Africa", "Venezuela"), np.random.default_rng(0)
    (tmp_path / "wav").mkdir()
    emotions = [name.capitalize() for name in SPACE.names]
    tables = {"high": [["File_ID", "Split", *emotions]]}
    tables["culture"] = [["File_ID", "Split", *(f"{c}_{e}" for c in countries for e in emotions)]]
    for number in range(24):
        rated = generator.random(10).round(3).astype(str).tolist()
        own, part = number % 4, "Train" if number < 16 else "Test"
        tables["high"].append([f"[{number}]", part, *rated])
        tables["culture"].append([f"[{number}]", part, *([""] * 10 * own), *rated, *([""] * 10 * (3 - own))])
        soundfile.write(tmp_path / f"wav/{number}.wav", 0.1 * generator.standard_normal(8000), 16000)
    for name, rows in tables.items():
        (tmp_path / f"{name}_info.csv").write_text("\n".join(map(",".join, rows)))
    data = load_data("hume_vb", VocalBurstChain.kinds, tmp_path, "hume_vb_cultures")
    assert [record.attributes["country"] for record in data.records[:4]] == list(countries)
    config = Config.small().override(
        {"cultures": CULTURE_NAMES, "contexts": {"country": countries}, "low_range": (0, 1), "epochs": 2}
    )
    whole = VocalBurstChain(config, data.space, {"speech": (40,)}, {"speech": True})
    train, test = data.records.where(lambda r: r.split == "train"), data.records.where(lambda r: r.split == "test")
    history = fit(whole, {"train": build_items(train, front_ends(config.inputs), data.space)}, Options(device="cpu"))
    assert {"loss_task", "loss_country", "loss_emotions"} <= set(history.rows[0])
    scores = predict(whole, build_items(test, front_ends(config.inputs))).scores
    found = measure(Predictions.of(test, scores, data.space), ["ccc", "ccc_venezuela_awe"])
    assert len(test) == 8 and np.isfinite(list(found.values())).all()
