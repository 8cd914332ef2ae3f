"""What every system promises, checked over the whole registry."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.config import Configuration
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.prediction.items import describe, flatten, front_ends, length, withhold
from ai4er.prediction.predict import predict
from ai4er.prediction.recognizer import Recognizer
from ai4er.protocols.base import parse_protocol
from ai4er.registry import places
from ai4er.systems import slugs, system_class
from ai4er.systems.base import StageData, System
from ai4er.training.data import items_of, load_data, roles_of
from ai4er.training.fit import History, fit
from ai4er.training.options import Options

OWN = sorted(slug for slug, path in slugs().items() if path.startswith("ai4er.systems."))
WITH_AI4ER_SMALL = [slug for slug in OWN if system_class(slug).config_class.offline.get("encoder") == "ai4er-small"]
TOLERANCE = 1e-4
UNDIAGNOSED = {
    "asr_diarisation_emotion", "auto_time_frequency", "ctl_mtnet", "emotion_prompting", "hierarchical_decoupled_kd",
    "phonetic_anchor", "transformer_mutual_information", "two_stream_pooling",
}  # fmt: skip
"""Systems whose distinctive part has not yet shown a margin on a generated corpus; see docs/benchmarks.md."""


@dataclass
class Toy:
    """A system's generated corpus, ready to use."""

    kind: type[System]
    space: LabelSpace
    shapes: dict[str, tuple[int, ...]]
    timed: dict[str, bool]
    roles: dict[str, list[Any]]

    def build(self, seed: int = 0) -> System:
        torch.manual_seed(seed)
        return self.kind(self.kind.config_class.small(), self.space, self.shapes, self.timed)


@functools.cache
def toy(slug: str) -> Toy:
    kind = system_class(slug)
    data = load_data(kind.toy, kind.kinds)
    config = kind.config_class.small()
    items = items_of(data, config)
    fold = parse_protocol("official").folds(data.records, data.space, 0)[0]
    missing = [role for role in kind.roles if role not in fold.roles]
    fold.roles.update(dict.fromkeys(missing, fold.roles["valid"]))
    return Toy(kind, data.space, *describe(items, front_ends(config.inputs)), roles_of(fold, items, kind))


@functools.cache
def fitted(slug: str) -> tuple[System, History]:
    system = toy(slug).build()
    return system, fit(system, toy(slug).roles, Options(device="cpu"))


def answer(system: System, units: Sequence[Any]) -> list[np.ndarray]:
    found = predict(system, units, batch_size=len(units))
    return [a for a in (found.scores, found.uncertainty, found.embedding) if a is not None]


@pytest.mark.parametrize("slug", OWN)
def test_a_batch_and_its_padding_change_no_answer(slug: str) -> None:
    system, _ = fitted(slug)
    units = sorted(toy(slug).roles["test"], key=length)
    short, long = units[:2], units[-2:]
    together = answer(system, [*short, *long])
    alone = [answer(system, [unit]) for unit in [*short, *long]]
    bound = max(TOLERANCE, system.card.padding_bound)
    for i, whole in enumerate(together):
        np.testing.assert_allclose(whole, np.concatenate([one[i] for one in alone]), atol=bound, rtol=bound)
    if system.card.padding_bound:
        assert system.card.padding_reason


@pytest.mark.parametrize("slug", WITH_AI4ER_SMALL)
def test_with_the_encoder_that_comes_with_the_library_neither_padding_nor_saving_changes_an_answer(
    slug: str, tmp_path: Path
) -> None:
    kind, data = system_class(slug), load_data(system_class(slug).toy, system_class(slug).kinds)
    config = kind.config_class().override(kind.config_class.offline)
    items = items_of(dataclasses.replace(data, records=data.records.take(range(6))), config)
    torch.manual_seed(0)
    system = kind(config, data.space, *describe(items, front_ends(config.inputs))).eval()
    units = sorted(items, key=length)
    whole, alone = answer(system, units), [answer(system, [unit]) for unit in units]
    for i, together in enumerate(whole):
        np.testing.assert_allclose(together, np.concatenate([one[i] for one in alone]), atol=1e-3, rtol=1e-3)
    loaded = Recognizer.load(Recognizer.of(system).save(tmp_path / "recognizer"))
    np.testing.assert_allclose(answer(loaded.system, units)[0], whole[0], atol=TOLERANCE)


@pytest.mark.parametrize("slug", OWN)
def test_the_order_of_a_batch_changes_no_answer(slug: str) -> None:
    system, _ = fitted(slug)
    units = toy(slug).roles["test"][:4]
    forwards = predict(system, units).scores
    backwards = predict(system, units[::-1]).scores
    sizes = [len(unit) if isinstance(unit, list) else 1 for unit in units]
    parts = np.split(forwards, np.cumsum(sizes)[:-1])
    np.testing.assert_allclose(np.concatenate(parts[::-1]), backwards, atol=TOLERANCE)


@pytest.mark.parametrize("slug", OWN)
def test_every_parameter_learns_or_is_declared_frozen(slug: str) -> None:
    here = toy(slug)
    system = here.build()
    learnt: set[str] = set()
    for stage in system.stages():
        units = here.roles[stage.role]
        if stage.before is not None:
            getattr(system, stage.before)(StageData(here.roles, system.collate, 0, torch.device("cpu")))
        optimisers = [one.optimiser for one in stage.optimise(10)]
        trained = {id(p) for optimiser in optimisers for group in optimiser.param_groups for p in group["params"]}

        def backward(loss: torch.Tensor, trained: set[int] = trained) -> None:
            loss.backward()
            for name, p in system.named_parameters():
                if id(p) in trained and p.grad is not None and bool(p.grad.any()):
                    learnt.add(name)

        for start in range(0, min(len(units), 8 * 8), 8):
            system.train()
            part = system.transform(units[start : start + 8], units, np.random.default_rng(start))
            terms = system.step(system.collate(part), stage, optimisers, backward)
            assert all(torch.isfinite(term).all() for term in terms.values()), terms
    idle = {n for n, _ in system.named_parameters() if not n.startswith(system.card.frozen or ("\n",))} - learnt
    assert not idle or not system.stages(), f"never trained: {sorted(idle)[:10]}"


@pytest.mark.parametrize("slug", OWN)
def test_one_item_makes_a_batch_to_learn_from(slug: str) -> None:
    here = toy(slug)
    system = here.build()
    for stage in system.stages():
        batch = system.collate(here.roles[stage.role][:1])
        if stage.before is not None:
            getattr(system, stage.before)(StageData(here.roles, system.collate, 0, torch.device("cpu")))
        optimisers = [one.optimiser for one in stage.optimise(10)]
        terms = system.step(batch, stage, optimisers, torch.Tensor.backward)
        assert all(torch.isfinite(term).all() for term in terms.values()), terms
        assert all(torch.isfinite(p).all() for p in system.parameters())


@pytest.mark.parametrize("slug", OWN)
def test_it_learns_in_mixed_precision(slug: str) -> None:
    here = toy(slug)
    roles = {name: units[:8] for name, units in here.roles.items()}
    changes = {name: type(value)((1, 0)) if isinstance(value, tuple) else 1 for name, value in _epochs(here).items()}
    torch.manual_seed(0)
    system = here.kind(here.kind.config_class.small().override(changes), here.space, here.shapes, here.timed)
    history = fit(system, roles, Options(device="cpu", precision="bf16-mixed"))
    losses = [value for row in history.rows for name, value in row.items() if name.startswith("loss_")]
    assert np.isfinite(losses).all()
    assert bool(losses) == bool(system.stages())


def _epochs(here: Toy) -> dict[str, Any]:
    """The settings that say how many epochs there are."""
    config = here.kind.config_class.small().model_dump()
    return {name: value for name, value in config.items() if name == "epochs" or name.endswith("_epochs")}


@pytest.mark.parametrize("slug", OWN)
def test_the_loss_falls(slug: str) -> None:
    _, history = fitted(slug)
    for stage, rows in itertools.groupby(history.rows, key=lambda row: row["stage"]):
        losses = [sum(v for k, v in row.items() if k.startswith("loss_")) for row in rows]
        assert min(losses[1:]) < losses[0], f"stage {stage}: {losses}"


@pytest.mark.parametrize("slug", OWN)
def test_a_seed_repeats_bit_for_bit(slug: str) -> None:
    first, _ = fitted(slug)
    again = toy(slug).build()
    fit(again, toy(slug).roles, Options(device="cpu"))
    for name, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


@pytest.mark.parametrize("slug", OWN)
def test_a_saved_recognizer_gives_the_same_answers(slug: str, tmp_path: Path) -> None:
    system, _ = fitted(slug)
    units = toy(slug).roles["test"][:3]
    before = predict(system, units).scores
    loaded = Recognizer.load(Recognizer.of(system).save(tmp_path / "recognizer"))
    np.testing.assert_array_equal(predict(loaded.system, units).scores, before)


@pytest.mark.parametrize("slug", OWN)
def test_scores_are_of_their_kind(slug: str) -> None:
    system, _ = fitted(slug)
    scores = predict(system, toy(slug).roles["test"]).scores
    assert np.isfinite(scores).all()
    assert scores.shape == (len(flatten(toy(slug).roles["test"])), system.space.size)
    if system.space.kind in ("single", "distribution"):
        np.testing.assert_allclose(scores.sum(1), 1, atol=1e-4)


@pytest.mark.parametrize("slug", OWN)
def test_bad_input_is_a_clear_error(slug: str) -> None:
    here = toy(slug)
    wrong = next(space for space in LABEL_SPACES.values() if space.kind not in here.kind.kinds)
    with pytest.raises(Ai4erError, match=wrong.name):
        here.kind(here.kind.config_class.small(), wrong, here.shapes, here.timed)
    with pytest.raises(Ai4erError, match=r"did you mean|there is"):
        here.kind.config_class.small().override({"no_such_setting": 1})
    if not here.kind.tolerates_missing:
        blank = withhold(flatten(here.roles["train"]), list(here.shapes))
        units = [[item] for item in blank] if here.kind.unit == "dialogue" else blank
        with pytest.raises(Ai4erError, match="needs every input"):
            fit(here.build(), {**here.roles, "train": units}, Options(device="cpu"))


@pytest.mark.parametrize("slug", OWN)
def test_its_file_says_what_it_is(slug: str) -> None:
    kind = system_class(slug)
    module = inspect.getmodule(kind)
    assert module is not None and module.__doc__ and "Reference:" in module.__doc__
    assert "Known" in module.__doc__ and "Chosen" in module.__doc__, (
        "the docstring tells what is known and what was chosen"
    )
    assert issubclass(kind.config_class, Configuration)
    assert kind.card.reported or "not found" in module.__doc__
    excused = kind.family() == "baseline" or slug in UNDIAGNOSED
    assert (kind.card.diagnostic is None) == excused, "every published system has a diagnostic, or is listed"
    if kind.card.diagnostic is None:
        return
    assert kind.card.diagnostic.mechanism in places("ai4er.diagnostics")
    assert kind.card.diagnostic.margin > 0


def test_no_system_escapes() -> None:
    here = Path(__file__).parent
    for slug in OWN:
        family = system_class(slug).family()
        assert (here / family / f"test_{slug}.py").exists(), f"{family}/{slug} has no test file of its own"
    files = {f"{path.parent.name}/{path.stem.removeprefix('test_')}" for path in here.glob("*/test_*.py")}
    families = {slug: system_class(slug).family() for slug in OWN}
    assert files == {f"{family}/{slug}" for slug, family in families.items()}
