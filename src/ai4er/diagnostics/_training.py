"""Training a system on the generated records of a diagnostic, and mean and spread of what it reaches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.prediction.items import Unit, build_items, describe, front_ends
from ai4er.protocols.base import audit, parse_protocol
from ai4er.records import Records
from ai4er.systems.base import System, SystemConfig


def fitted(
    system_type: type[System], config: SystemConfig, records: Records, space: LabelSpace, seed: int
) -> tuple[System, list[Unit]]:
    """A system that has learnt the official split of the records, and the units of the test part.

    The split is audited; test units are not looked at, and unlabelled ones lose their targets.
    """
    import torch

    from ai4er.training.data import roles_of
    from ai4er.training.fit import fit
    from ai4er.training.options import Options

    inputs = front_ends(config.inputs)
    items = build_items(records, inputs, space)
    protocol = parse_protocol("official")
    fold = protocol.folds(records, space, seed)[0]
    audit(fold, records, protocol)
    torch.manual_seed(seed)
    system = system_type(config, space, *describe(items, inputs))
    roles = roles_of(fold, items, system_type)
    fit(system, roles, Options(seed=seed, device="cpu"))
    return system, roles["test"]


def spread(values: Sequence[float] | np.ndarray, digits: int = 2) -> str:
    """Mean and standard deviation as text, the latter where there are two values or more."""
    mean = f"{np.mean(values):.{digits}f}"
    return f"{mean} ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else mean
