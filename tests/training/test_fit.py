"""What fitting promises: the same weights after a kill, validation only for selection, clear errors."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.baseline.multilayer_perceptron import Config as Baseline
from ai4er.systems.baseline.multilayer_perceptron import MultilayerPerceptron
from ai4er.systems.batch import Item
from ai4er.systems.speech import evidential_regression
from ai4er.systems.speech.tim_net import Config, TIMNet
from ai4er.training import fit as fitting
from ai4er.training.answers import evaluate
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE, RATED = label_space("common4"), label_space("valence_arousal")
EPOCHS = 6


def items(number: int, seed: int) -> list[Item]:
    """Sequences whose class is the feature that is large."""
    generator = np.random.default_rng(seed)
    made = []
    for i in range(number):
        label = i % 4
        x = generator.standard_normal((generator.integers(8, 20), 13)).astype(np.float32)
        x[:, label] += 2
        record = Record(id=f"{seed}-{i}", corpus="made", speaker=str(i % 5), label=SPACE.names[label])
        made.append(Item(record, {"mfcc": x}, np.int64(label)))  # type: ignore[arg-type]
    return made


def system(epochs: int = EPOCHS, **changes: object) -> TIMNet:
    torch.manual_seed(0)
    config = Config(inputs={"mfcc": "array:name=x"}, filters=13, blocks=3, epochs=epochs, batch_size=16, **changes)
    return TIMNet(config, SPACE, {"mfcc": (13,)}, {"mfcc": True})


ROLES = {"train": items(64, 0), "valid": items(24, 1), "test": items(24, 2)}


def rated(number: int, seed: int) -> list[Item]:
    """Sequences of one length, so that a batch of one device is the sum of two halves, with two raters."""
    generator = np.random.default_rng(seed)
    made = []
    for i in range(number):
        x = generator.standard_normal((9, 13)).astype(np.float32)
        ratings = tuple({"valence": float(v), "arousal": float(-v)} for v in generator.uniform(-0.9, 0.9, 2))
        mean = {name: (ratings[0][name] + ratings[1][name]) / 2 for name in ratings[0]}
        record = Record(id=f"{seed}-{i}", corpus="made", dimensions=mean, ratings=ratings)
        made.append(Item(record, {"speech": x}, np.array(list(mean.values()), dtype=np.float32)))
    return made


class Killed(Exception):
    """Stands for the end of the process."""


def kill_after(epoch: int):  # type: ignore[no-untyped-def]
    """A progress callback that ends the training when an epoch is done."""

    def progress(stage: str, done: int, total: int, numbers: dict[str, float]) -> None:
        if done == epoch:
            raise Killed

    return progress


@pytest.mark.parametrize("epoch", [2, 5])
def test_a_killed_training_ends_with_the_same_weights(tmp_path: Path, epoch: int) -> None:
    options = Options(device="cpu", checkpoint_seconds=0)
    whole = system()
    fit(whole, ROLES, options)
    broken = system()
    with pytest.raises(Killed):
        fit(broken, ROLES, options, tmp_path, progress=kill_after(epoch))
    resumed = system()
    torch.manual_seed(12345)
    history = fit(resumed, ROLES, options, tmp_path, resume=True)
    assert len(history.rows) == EPOCHS
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_training_that_stops_before_its_last_epoch_leaves_its_history(tmp_path: Path) -> None:
    made = MultilayerPerceptron(Baseline(patience=1, epochs=50, hidden=(4,)), SPACE, {"mfcc": (13,)}, {"mfcc": True})
    history = fit(made, ROLES, Options(device="cpu"), tmp_path)
    assert len(history.rows) < 50
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == len(history.rows)


def test_it_learns_and_predicts_every_item() -> None:
    fitted = system(20, learning_rate=1e-2)
    fit(fitted, ROLES, Options(device="cpu"))
    predictions = evaluate(fitted, ROLES["test"])["full"]
    assert (predictions.classes == predictions.target_classes).mean() > 0.8
    assert [name.split("/")[1] for name in predictions.ids] == [item.record.id for item in ROLES["test"]]


def test_the_test_role_is_never_read() -> None:
    poisoned = {**ROLES, "test": [None]}
    fit(system(1), poisoned, Options(device="cpu"))  # type: ignore[arg-type]


def test_a_loss_that_is_not_finite_stops_with_one_line() -> None:
    bad = items(16, 3)
    bad[0].inputs["mfcc"][0, 0] = np.nan  # type: ignore[index]
    with pytest.raises(Ai4erError, match="not finite"):
        fit(system(1), {"train": bad}, Options(device="cpu"))


def test_a_stage_may_draw_its_own_batches() -> None:
    """An epoch of two batches that hold the first class only, though the training part has four."""
    drawing = system(3, learning_rate=1e-2)
    (stage,) = drawing.stages()
    first = [i for i, item in enumerate(ROLES["train"]) if item.target == 0]
    seen: list[int] = []

    def sampler(units: list[Item], generator: np.random.Generator) -> list[np.ndarray]:
        batches = [generator.choice(first, 8) for _ in range(2)]
        seen.extend(np.concatenate(batches).tolist())
        return batches

    drawing.stages = lambda: [dataclasses.replace(stage, sampler=sampler)]  # type: ignore[method-assign]
    fit(drawing, ROLES, Options(device="cpu"))
    assert len(seen) == (1 + 3) * 16  # the batches are counted once before the three epochs
    assert (evaluate(drawing, ROLES["test"])["full"].classes == 0).mean() > 0.8


def test_a_missing_role_and_a_missing_input_are_named() -> None:
    with pytest.raises(Ai4erError, match="'train'"):
        fit(system(1), {"valid": ROLES["valid"]}, Options(device="cpu"))
    absent = [Item(ROLES["train"][0].record, {"mfcc": None}, np.int64(0))]  # type: ignore[arg-type]
    with pytest.raises(Ai4erError, match="needs every input"):
        fit(system(1), {"train": absent}, Options(device="cpu"))


def test_a_full_disk_leaves_the_last_checkpoint_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(device="cpu", checkpoint_seconds=0)
    with pytest.raises(Killed):
        fit(system(), ROLES, options, tmp_path, progress=kill_after(3))
    before = (tmp_path / "checkpoint.pt").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(Ai4erError, match="disk is full"):
        fit(system(), ROLES, options, tmp_path, resume=True)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"half")
    with pytest.raises(Ai4erError, match="damaged"):
        fit(system(1), ROLES, Options(device="cpu"), tmp_path, resume=True)


def test_two_devices_give_the_answers_of_one() -> None:
    scores, start = [], None
    for devices in (1, 2):
        torch.manual_seed(0)
        config = evidential_regression.Config(
            inputs={"speech": "array:name=x"}, dim=8, heads=2, inner=8, layers=1, dropout=0.0, epochs=3, batch_size=8
        )
        made = evidential_regression.EvidentialRegression(config, RATED, {"speech": (13,)}, {"speech": True})
        start = evaluate(made, rated(8, 2))["full"].scores
        history = fit(made, {"train": rated(16, 0), "valid": rated(8, 1)}, Options(device="cpu", devices=devices))
        assert len(history.rows) == 3
        scores.append(evaluate(made, rated(8, 2))["full"].scores)
    np.testing.assert_allclose(scores[1], scores[0], atol=1e-4)
    assert np.abs(scores[0] - start).max() > 1e-2


def test_the_numbers_of_every_epoch_go_to_tensorboard(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="the extra ai4er[loggers] is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    history = fit(system(2), ROLES, Options(device="cpu", loggers=("tensorboard",)), tmp_path)
    written = EventAccumulator(str(tmp_path / "tensorboard" / "version_0"))
    written.Reload()
    losses = [event.value for event in written.Scalars("train/loss_cross_entropy")]
    assert losses == pytest.approx([row["loss_cross_entropy"] for row in history.rows])


def test_a_logger_that_is_not_installed_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tensorboard", "tensorboardX", "mlflow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Ai4erError, match=r"logging to mlflow needs more packages: pip install 'ai4er\[loggers\]'"):
        fit(system(1), ROLES, Options(device="cpu", loggers=("mlflow",)), tmp_path)


@pytest.mark.parametrize(
    ("options", "compiler", "pays_after", "wanted"),
    [
        (Options(), True, EPOCHS * 4 - 1, True),
        (Options(), True, EPOCHS * 4, False),
        (Options(), False, 1, False),
        (Options(), True, None, False),
        (Options(compile=True), True, None, True),
        (Options(compile=False), True, 1, False),
    ],
)
def test_a_network_is_compiled_where_that_pays_or_as_the_options_say(
    options: Options, compiler: bool, pays_after: int | None, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = []
    monkeypatch.setattr(fitting, "has_compiler", lambda: compiler)
    monkeypatch.setattr(fitting, "compile_network", lambda network, or_fail: compiled.append(or_fail))
    monkeypatch.setattr(TIMNet, "compiling_pays_after", pays_after)
    fit(system(), ROLES, options)
    assert compiled == ([options.compile is True] if wanted else [])
