"""Fitting one system to the roles of one fold: stages, optimisers, validation, checkpoints, resume.

Lightning Fabric gives devices, precision and gradient exchange. Every epoch draws its order,
dropout and augmentation from (seed, stage, epoch) alone, so that a training that was killed and
resumed at an epoch ends with the same weights as an unbroken one.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import metric as metric_of
from ai4er.prediction.items import Unit, check_complete, flatten
from ai4er.systems.base import Optimisation, Stage, StageData, System
from ai4er.training.answers import evaluate
from ai4er.training.checkpoint import CHECKPOINT, load_checkpoint, save_checkpoint
from ai4er.training.compilation import compile_network, has_compiler
from ai4er.training.epochs import derived_seed, epoch_batches
from ai4er.training.loggers import loggers
from ai4er.training.memory import keep_freed_memory
from ai4er.training.options import Options

if TYPE_CHECKING:
    from lightning.fabric import Fabric

HISTORY = "history.jsonl"

Roles = Mapping[str, Sequence[Unit]]
Progress = Callable[[str, int, int, dict[str, float]], None]
"""Called after every epoch with stage, epochs done, epochs in all, and the numbers of the epoch."""


@dataclass
class History:
    """The logged numbers of every epoch, with its stage and epoch."""

    rows: list[dict[str, Any]] = field(default_factory=list)


def fit(
    system: System,
    roles: Roles,
    options: Options | None = None,
    folder: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> History:
    """Train a system on the units of each role (`train`, `valid`, ...; a test role is not looked at).

    With a folder, checkpoints and `history.jsonl` are written there; `resume` goes on from them.
    Raises `Ai4erError` when a role that the system needs is absent or empty.
    """
    options = options or Options()
    roles = {name: list(units) for name, units in roles.items() if name != "test"}
    for role in system.roles:
        if not roles.get(role):
            raise Ai4erError(f"{system.slug()} needs {role!r} data, and the fold offers none")
    for units in roles.values():
        check_complete(system, flatten(units))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    from lightning.fabric import Fabric

    fabric = Fabric(
        accelerator=options.device,
        devices=options.devices,
        precision=options.precision,
        strategy="ddp_spawn" if options.devices > 1 else "auto",
        loggers=loggers(options.loggers, folder or Path("runs")),
    )
    if options.devices == 1:
        return _Fit(fabric, system, roles, options, folder, progress).run(resume)
    work = partial(_fit_one_of_many, system=system, roles=roles, options=options, folder=folder, resume=resume)
    weights, rows = fabric.launch(work)
    system.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    system.eval()
    return History(rows)


def _fit_one_of_many(
    fabric: Fabric, system: System, roles: Roles, options: Options, folder: Path | None, resume: bool
) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """What every process of a training on several devices does; that of the first is returned."""
    system = copy.deepcopy(system)  # what arrives shares its memory with the other processes
    history = _Fit(fabric, system, roles, options, folder, None).run(resume)
    return {name: value.cpu().numpy() for name, value in system.state_dict().items()}, history.rows


class _Fit:
    """One training. State that a resume needs is in `_state`; everything else is derived."""

    def __init__(
        self,
        fabric: Fabric,
        system: System,
        roles: Roles,
        options: Options,
        folder: Path | None,
        progress: Progress | None,
    ) -> None:
        self.fabric, self.system, self.roles = fabric, system, roles
        self.options, self.folder, self.progress = options, folder, progress
        self.history = History()
        self.saved_at = time.monotonic()

    def run(self, resume: bool) -> History:
        system, seed = self.system, self.options.seed
        keep_freed_memory()
        system.to(self.fabric.device)
        stages = system.stages()
        if not stages:
            system.solve(StageData(dict(self.roles), system.collate, seed, self.fabric.device))
            return self.history
        network = getattr(system, "network", None)
        if isinstance(network, torch.nn.Module) and self._compiles(stages):
            compile_network(network, or_fail=self.options.compile is True)
        state = self._found() if resume else None
        for number, stage in enumerate(stages):
            if state is not None and number < state["stage"]:
                continue
            here = state if state is not None and number == state["stage"] else None
            self._stage(number, stage, here)
        self._write_history()
        system.eval()
        return self.history

    def _compiles(self, stages: Sequence[Stage]) -> bool:
        """Whether to compile: as the options say, or where the whole training is long enough on this machine."""
        if self.options.compile is not None:
            return self.options.compile
        pays_after = self.system.compiling_pays_after
        if pays_after is None or self.fabric.device.type != "cpu" or not has_compiler():
            return False
        steps = (one.epochs * math.ceil(len(self.roles.get(one.role, [])) / one.batch_size) for one in stages)
        return sum(steps) > pays_after

    def _found(self) -> dict[str, Any] | None:
        """The checkpoint to go on from; its weights are loaded by the stage."""
        path = self.folder / CHECKPOINT if self.folder else None
        if path is None or not path.exists():
            return None
        state = load_checkpoint(path)
        self.history.rows = json.loads(state["history"])
        return state

    def _stage(self, number: int, stage: Stage, state: dict[str, Any] | None) -> None:
        system, seed = self.system, self.options.seed
        if state is not None:
            system.load_state_dict(state["start"])
        start = copy.deepcopy(system.state_dict())
        units = self.roles.get(stage.role, [])
        if not units:
            raise Ai4erError(f"{system.slug()} stage {stage.name} needs {stage.role!r} data, and the fold offers none")
        if stage.before is not None:
            torch.manual_seed(derived_seed(seed, number, 0))
            getattr(system, stage.before)(StageData(dict(self.roles), system.collate, seed, self.fabric.device))
        torch.manual_seed(derived_seed(seed, number, 1))
        steps = len(epoch_batches(units, stage, np.random.default_rng(0)))
        if not steps:
            raise Ai4erError(
                f"{len(units)} {stage.role} items make no batch of {stage.batch_size}: set a smaller batch_size"
            )
        found = stage.optimise(steps * stage.epochs)
        optimisers = [self.fabric.setup_optimizers(one.optimiser) for one in found]
        best: dict[str, Any] = {"value": None, "epoch": -1, "weights": None}
        first = 0
        if state is not None:
            system.load_state_dict(state["weights"])
            for one, kept in zip(found, state["optimisers"]):
                one.optimiser.load_state_dict(kept["optimiser"])
                if one.schedule is not None:
                    one.schedule.load_state_dict(kept["schedule"])
            best, first = state["best"], state["epoch"]
        selecting = stage.select is not None and bool(self.roles.get("valid"))
        for epoch in range(first, stage.epochs):
            if selecting and stage.patience is not None and 0 <= best["epoch"] < epoch - stage.patience:
                break
            numbers = self._epoch(number, stage, epoch, units, found, optimisers)
            if selecting:
                assert stage.select is not None
                value, better = self._validate(stage)
                numbers[f"valid_{stage.select}"] = value
                if best["value"] is None or (value > best["value"] if better else value < best["value"]):
                    best = {"value": value, "epoch": epoch, "weights": copy.deepcopy(system.state_dict())}
            self._log(stage, epoch, numbers)
            self._save(number, stage, epoch + 1, start, found, best)
        if best["weights"] is not None:
            system.load_state_dict(best["weights"])
        if number + 1 < len(system.stages()) and self.folder is not None:
            after = {"stage": number + 1, "epoch": 0, "start": system.state_dict(), "weights": system.state_dict()}
            self._write({**after, "optimisers": [], "best": {"value": None, "epoch": -1, "weights": None}})

    def _epoch(
        self,
        number: int,
        stage: Stage,
        epoch: int,
        units: Sequence[Unit],
        found: Sequence[Optimisation],
        optimisers: Sequence[Any],
    ) -> dict[str, float]:
        system, seed = self.system, self.options.seed
        generator = np.random.default_rng([seed, number, epoch])
        torch.manual_seed(derived_seed(seed, number, epoch + 2))
        system.train()
        totals: dict[str, Tensor] = {}
        batches = epoch_batches(units, stage, generator)
        rank, world = self.fabric.global_rank, self.fabric.world_size
        for positions in batches:
            chosen = system.transform([units[i] for i in positions], units, generator)
            batch = system.collate(chosen[rank::world] if world > 1 and len(chosen) >= world else chosen)
            with self.fabric.autocast():
                terms = system.step(batch.to(self.fabric.device), stage, optimisers, self._backward)
            for one in found:
                if one.schedule is not None and one.every == "step":
                    one.schedule.step()
            for name, term in terms.items():
                totals[name] = totals.get(name, 0) + term.detach().float()
        for one in found:
            if one.schedule is not None and one.every == "epoch":
                one.schedule.step()
        numbers = {f"loss_{name}": float(total) / len(batches) for name, total in totals.items()}
        bad = [name.removeprefix("loss_") for name, value in numbers.items() if not np.isfinite(value)]
        if bad:
            raise Ai4erError(
                f"{system.slug()}: the loss term {bad[0]} is not finite in epoch {epoch + 1} of stage {stage.name}: "
                "look for NaN in the data, or set a smaller learning rate"
            )
        return numbers

    def _backward(self, loss: Tensor) -> None:
        self.fabric.backward(loss)
        if self.fabric.world_size > 1:
            for parameter in self.system.parameters():
                if parameter.grad is not None:
                    parameter.grad = self.fabric.all_reduce(parameter.grad, reduce_op="mean")  # type: ignore[assignment]

    def _validate(self, stage: Stage) -> tuple[float, bool]:
        """The validation value of the stage's metric, and whether higher is better."""
        if stage.select == "loss":
            return self._validation_loss(stage), False
        assert stage.select is not None
        if (own := getattr(self.system, stage.select, None)) is not None:
            data = StageData(dict(self.roles), self.system.collate, self.options.seed, self.fabric.device)
            self.system.eval()
            with torch.no_grad(), self.fabric.autocast():
                return float(own(data.batches("valid", max(32, stage.batch_size)))), True
        chosen = metric_of(stage.select, self.system.space)
        found = evaluate(self.system, self.roles["valid"], batch_size=max(32, stage.batch_size))
        return float(np.mean([chosen(predictions) for predictions in found.values()])), chosen.higher_is_better

    def _validation_loss(self, stage: Stage) -> float:
        system, units = self.system, self.roles["valid"]
        system.eval()
        total = 0.0
        with torch.no_grad(), self.fabric.autocast():
            for start in range(0, len(units), stage.batch_size):
                part = units[start : start + stage.batch_size]
                batch = system.collate(part).to(self.fabric.device)
                terms = getattr(system, stage.loss)(system(batch), batch)
                total += float(torch.stack(list(terms.values())).sum()) * len(part)
        return total / len(units)

    def _log(self, stage: Stage, epoch: int, numbers: dict[str, float]) -> None:
        self.history.rows.append({"stage": stage.name, "epoch": epoch + 1, **numbers})
        self.fabric.log_dict({f"{stage.name}/{name}": value for name, value in numbers.items()}, step=epoch + 1)
        if self.progress is not None:
            self.progress(stage.name, epoch + 1, stage.epochs, numbers)

    def _save(
        self,
        number: int,
        stage: Stage,
        epoch: int,
        start: dict[str, Tensor],
        found: Sequence[Optimisation],
        best: dict[str, Any],
    ) -> None:
        due = time.monotonic() - self.saved_at >= self.options.checkpoint_seconds
        if self.folder is None or not (due or epoch == stage.epochs):
            return
        kept = [
            {
                "optimiser": one.optimiser.state_dict(),
                "schedule": None if one.schedule is None else one.schedule.state_dict(),
            }
            for one in found
        ]
        self._write(
            {
                "stage": number,
                "epoch": epoch,
                "start": start,
                "weights": self.system.state_dict(),
                "optimisers": kept,
                "best": best,
            }
        )

    def _write(self, state: dict[str, Any]) -> None:
        if self.folder is None or not self.fabric.is_global_zero:
            return
        save_checkpoint(self.folder / CHECKPOINT, {**state, "history": json.dumps(self.history.rows)})
        self._write_history()
        self.saved_at = time.monotonic()

    def _write_history(self) -> None:
        if self.folder is not None and self.fabric.is_global_zero:
            (self.folder / HISTORY).write_text("".join(json.dumps(row) + "\n" for row in self.history.rows))
