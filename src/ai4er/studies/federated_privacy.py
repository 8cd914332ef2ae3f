"""Federated privacy: does noise on everything or a changed voice hide who the clients of a federation are?

Speech stays on the clients, and yet the updates that they send reveal properties of the speaker. A general protection
(G) adds noise to every weight, and hurts the emotion as much as the property; a specific one (S) takes the sound apart
and moves only the parts that carry the property. Reference: "General or Specific? Investigating Effective Privacy
Protection in Federated Learning for Speech Emotion Recognition", ICASSP 2023, IEEE 10096844.

Known, from the public code of the attack (usc-sail/fed-ser-leakage): clients are speakers, averaging, the attacker's
network, clipping, the scale of the noise with delta 0.5 (which promises nothing by itself: the table of guarantees says
what the noise is worth). The paper's numbers, its corpora and its specific protection were not found. Chosen: pitch and
formants of every utterance by factors that are uniform on a logarithmic scale, once for each utterance, in training
only, as what a client recognises for itself leaves nobody; both protections with the same federation, a tenth of the
clients a round; the attackers of a corpus learn from the federations of the others, which serve as shadow runs, under
the same protection, and average the updates of a client before a guess. Beside the published attacker there is a
directional one, which needs fewer shadow speakers; a protection is only as good as it is against the best attack.

By default the system is a perceptron over the open functionals, as in the public code, and everything is small enough
for one core: a first layer of 32 instead of 256, 100 rounds instead of 200, half of the published attacker's channels
and one epoch at ten times its rate. `--set` brings the published sizes back, and `--systems` any system that is trained
in one stage. `normalise` is by speaker as in the public code, or by corpus, which leaves the pitch of a speaker in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pydantic

from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.intervals import Interval, interval
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import SUBSTITUTED
from ai4er.evaluation.trade_off import TradeOff, plot_trade_off
from ai4er.prediction.normalisation import Group
from ai4er.studies._federated_runs import Federations, Protection, Target
from ai4er.studies._property_inference import Attack, Kind
from ai4er.studies.base import Card, Desk, StudyConfig
from ai4er.systems.card import Reported
from ai4er.training.federated import Federation
from ai4er.training.options import Options
from ai4er.training.run import plan

_BACKGROUND = "of the public attack study: no protection, 512 APC features, one update of the first layer"
CARD = Card(
    title="General or Specific? Investigating Effective Privacy Protection in Federated Learning for Speech Emotion "
    "Recognition",
    venue="ICASSP", year=2023, paper="IEEE 10096844",
    reported=(
        Reported(corpus="iemocap", protocol="5 folds", metric="gender ua", value=0.828, note=_BACKGROUND),
        Reported(corpus="crema_d", protocol="5 folds", metric="gender ua", value=0.836, note=_BACKGROUND),
    ),
)  # fmt: skip
_PERCEPTRON = {
    "hidden": (32, 32), "dropout": 0.2, "learning_rate": 5e-4, "weight_decay": 1e-4, "batch_size": 20,
    "balanced": False,
}  # fmt: skip


class Config(StudyConfig):
    """Each corpus is attacked in turn with the others as shadow data; `attribute` is what the attacker guesses.

    `epsilons` are the nominal ones of G, with `clip` and `delta` of its mechanism; `strengths` are those of S. `share`
    of a client's utterances are trained on, and features are normalised over all items of the same `normalise`.
    `settings` are those of a system, by its slug; `trial` takes the systems' small configurations. `guarantee` is the
    delta at which the table of guarantees states epsilon.
    """

    systems: tuple[str, ...] = pydantic.Field(("multilayer_perceptron",), min_length=1)
    settings: dict[str, dict[str, Any]] = {"multilayer_perceptron": _PERCEPTRON}
    corpora: tuple[str, ...] = pydantic.Field(("emodb", "emovo", "ravdess"), min_length=2)
    labels: str = "common4"
    attribute: str = "gender"
    protocol: str = "speaker_kfold:folds=5,valid_speakers=0"
    federation: Federation = Federation(rounds=100)
    epsilons: tuple[pydantic.PositiveFloat, ...] = (50.0, 10.0)
    strengths: tuple[pydantic.PositiveFloat, ...] = (0.5, 1.0)
    clip: float = pydantic.Field(0.25, gt=0)
    delta: float = pydantic.Field(0.5, gt=0, lt=1)
    share: float = pydantic.Field(0.8, gt=0, le=1)
    normalise: Group = "speaker"
    attackers: tuple[Kind, ...] = pydantic.Field(("directional", "convolutional"), min_length=1)
    attack: Attack = Attack(channels=(8, 16, 32), learning_rate=1e-3, epochs=1)
    guarantee: float = pydantic.Field(1e-3, gt=0, lt=1)
    trial: bool = False

    @classmethod
    def small(cls) -> Self:
        corpora = ("synthetic_speech:size=24,speakers=4", "synthetic_speech:seed=1,size=24,speakers=4")
        return cls(
            corpora=corpora, protocol="speaker_kfold:folds=2,valid_speakers=0", trial=True,
            settings={"multilayer_perceptron": {"hidden": (8,)}}, federation=Federation(rounds=6, participation=1.0),
            epsilons=(10.0,), strengths=(1.0,),
            attack=Attack(observed=(1, 3), channels=(2, 2, 2), hidden=(8,), epochs=2, learning_rate=1e-3),
        )  # fmt: skip

    @property
    def protections(self) -> dict[str, list[Protection]]:
        """What is compared, by family, each from weak to strong."""
        return {
            "no protection": [Protection()],
            "G: noise on the weights (nominal epsilon)": [Protection(epsilon=value) for value in self.epsilons],
            "S: pitch and formants moved (strength)": [Protection(strength=value) for value in self.strengths],
        }


def study(config: Config, desk: Desk) -> Sequence[Block]:
    """Trade-off, table and guarantees of every system, and what was reported."""
    blocks: list[Block] = []
    for slug in config.systems:
        federations = _federations(config, desk, slug)
        found = _found(config, desk, slug, federations)
        blocks += [
            Heading(slug),
            *_introduction(config, federations),
            *_trade_off(config, desk, slug, federations, found),
        ]
        blocks += [_results(config, federations, found), *_guarantees(config, federations)]
    return [*blocks, *_reported()]


def _federations(config: Config, desk: Desk, slug: str) -> Federations:
    plans = [
        plan(
            slug, corpus, config.protocol, desk.data, config.labels, config.settings.get(slug, {}),
            Options(seed=desk.seed), desk.offline, config.trial,
        )
        for corpus in config.corpora
    ]  # fmt: skip
    return Federations(
        plans, config.attribute, config.federation, config.attackers, config.attack, config.clip, config.delta,
        config.share, config.normalise, desk.seed,
    )  # fmt: skip


def _found(config: Config, desk: Desk, slug: str, federations: Federations) -> dict[Protection, list[Target]]:
    """What was found on every corpus under every protection; what lies in the folder of the study is read."""
    found = {}
    below = desk.folder / "federations" / slug
    for protection in (one for family in config.protections.values() for one in family):
        folder = below / protection.name.replace(" ", "-")
        done = folder / "done"
        if not done.exists():
            desk.say(f"{slug}, protection {protection.name}")
            federations.measure(protection, folder)
            done.touch()
        found[protection] = [Target.load(folder / str(number + 1)) for number in range(len(config.corpora))]
    return found


def _introduction(config: Config, federations: Federations) -> list[Block]:
    first = federations.plans[0]
    notes = [f"{SUBSTITUTED}: {first.encoder} stands in for the paper's encoder."] if first.substituted else []
    lines = [
        f"{config.federation.rounds} rounds of {config.federation.algorithm}, in each the share "
        f"{config.federation.participation:g} of the clients (at least one); inputs "
        f"{', '.join(first.config.inputs.values())}, normalised by {config.normalise} over all its utterances. Every "
        f"fold of {first.protocol.name} is one federation of its training speakers. Emotion UA is of the speakers that "
        f"took no part; attack UA is of the {config.attribute} of those that did, from averaged updates of their first "
        "layer. The attackers learnt from the federations of the other corpora, under the same protection.",
        "[low, high]: 95 % bootstrap interval over whole speakers.",
        *notes,
        *("; ".join(one.notes) + "." for one in federations.plans if one.notes),
    ]
    return [Paragraph(line) for line in lines]


def _trade_off(
    config: Config, desk: Desk, slug: str, federations: Federations, found: Mapping[Protection, list[Target]]
) -> list[Block]:
    """Emotion against the first attacker with the most updates, all corpora together."""
    attacker, most = config.attackers[0], max(config.attack.observed)
    series = {}
    for family, protections in config.protections.items():
        series[family] = [
            TradeOff(
                one.name,
                _interval([target.guesses.get((attacker, most)) for target in found[one]]),
                _interval([target.emotion for target in found[one]]),
            )
            for one in protections
        ]
    where = f"{', '.join(config.corpora)}; {federations.plans[0].protocol.name}"
    across = f"{attacker} attack UA, {config.attribute}, {most} updates (chance is safest)"
    path = plot_trade_off(
        series, desk.folder / f"trade-off-{slug}.png", f"{slug}: what a protection costs and hides",
        across, "emotion UA (higher is better)", where,
        federations.mark, 1 / federations.property_space.size, 1 / federations.plans[0].data.space.size,
    )  # fmt: skip
    return [Figure(path.relative_to(desk.folder), desk.folder, f"{slug}: trade-off of emotion and attack")]


def _results(config: Config, federations: Federations, found: Mapping[Protection, list[Target]]) -> Table:
    keys = [(kind, count) for kind in config.attackers for count in config.attack.observed]
    attacks = [f"{kind} attack UA, {count} update{'s' if count > 1 else ''}" for kind, count in keys]
    rows = []
    for protection, targets in found.items():
        for name, parts in [*zip(config.corpora, ([one] for one in targets)), ("all of them", targets)]:
            cells = [_cell([one.guesses.get(key) for one in parts]) for key in keys]
            where = f"{name}, {federations.plans[0].protocol.name} {federations.mark}".strip()
            rows.append([protection.name, where, _cell([one.emotion for one in parts]), *cells])
    return Table(["protection", "target, protocol", "emotion UA", *attacks], rows)


def _guarantees(config: Config, federations: Federations) -> list[Block]:
    """What the noise of G is worth to an observer who sees every message, and to one who sees the sums only."""
    rows = []
    for epsilon in config.epsilons:
        for number, corpus in enumerate(config.corpora):
            rate, noise, seen, summed = federations.guarantee(number, epsilon, config.guarantee)
            rows.append([f"{epsilon:g}", corpus, f"{rate:.2f}", f"{noise:.3f}", f"{seen:.3g}", f"{summed:.3g}"])
    header = ["nominal epsilon", "corpus", "share a round", "noise multiplier", "every message seen", "sums seen only"]
    text = (
        f"Epsilon at delta {config.guarantee:g} for one utterance, if none moves an update by more than 2 C / n: "
        "exact for an observer who sees every message of a client, and at most (by the moments accountant) for one who "
        "sees the sums of rounds whose participants were drawn independently. Above 10 it promises next to nothing."
    )
    return [Heading("What the noise guarantees", 3), Paragraph(text), Table(header, rows)] if rows else []


def _reported() -> list[Block]:
    rows = [[one.corpus, one.protocol, one.metric, f"{one.value:.3f}", one.note] for one in CARD.reported]
    text = (
        "The paper's own numbers were not found. Its claim: specific protection keeps more emotion at the same safety."
    )
    return [
        Heading("Reported"), Paragraph(text), Table(["corpus", "protocol", "metric", "reported", "note"], rows),
    ]  # fmt: skip


def _interval(parts: Sequence[Predictions | None]) -> Interval:
    """UA over all corpora with its interval; the same name in two corpora is two speakers."""
    there = [
        replace(
            part, ids=np.char.add(f"{number}/", part.ids), speakers=np.char.add(f"{number}/", part.speakers)
        )
        for number, part in enumerate(parts) if part is not None
    ]  # fmt: skip
    return interval(Predictions.pool(there), "ua")


def _cell(parts: Sequence[Predictions | None]) -> str:
    if all(part is None for part in parts):
        return ""
    found = _interval(parts)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
