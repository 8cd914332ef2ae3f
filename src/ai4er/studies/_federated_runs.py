"""Federations of several corpora under one protection, what they recognise, and what attackers learn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ai4er.augment.perturbed_voices import perturbed
from ai4er.errors import Ai4erError
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace
from ai4er.prediction.items import Unit, build_items, front_ends, group
from ai4er.prediction.normalisation import Group, normalised
from ai4er.protocols.base import Fold, audit
from ai4er.records import Records
from ai4er.studies._property_inference import (
    Attack,
    Attacker,
    Eavesdropper,
    Kind,
    Observations,
    train_attacker,
)
from ai4er.systems.batch import Item
from ai4er.training.answers import answers
from ai4er.training.differential_privacy import GaussianMechanism
from ai4er.training.epochs import derived_seed
from ai4er.training.federated import Federation, federate
from ai4er.training.privacy_accounting import gaussian_epsilon, moments_epsilon
from ai4er.training.run import Plan, build


@dataclass(frozen=True)
class Protection:
    """What the clients do: noise for a nominal `epsilon` (None is none), voices moved with a `strength`."""

    epsilon: float | None = None
    strength: float = 0.0

    @property
    def name(self) -> str:
        """`none`, `G 10` (general, nominal epsilon), `S 0.5` (specific, strength), or both."""
        general = [] if self.epsilon is None else [f"G {self.epsilon:g}"]
        return " + ".join([*general, *([f"S {self.strength:g}"] if self.strength else [])]) or "none"


@dataclass(frozen=True)
class Target:
    """What was found on one corpus: the emotions of unseen speakers, and guesses by attacker and number of updates."""

    emotion: Predictions
    guesses: Mapping[tuple[str, int], Predictions]

    def save(self, folder: Path) -> None:
        """Write one file for each."""
        folder.mkdir(parents=True, exist_ok=True)
        for (attacker, count), guesses in self.guesses.items():
            guesses.save(folder / f"{attacker}-{count}.parquet")
        self.emotion.save(folder / "emotion.parquet")

    @classmethod
    def load(cls, folder: Path) -> Target:
        """What `save` wrote."""
        files = {file.stem.rpartition("-"): file for file in sorted(folder.glob("*-*.parquet"))}
        guesses = {(attacker, int(count)): Predictions.load(file) for (attacker, _, count), file in files.items()}
        return cls(Predictions.load(folder / "emotion.parquet"), guesses)


@dataclass(frozen=True)
class Federations:
    """The corpora of a study for one system, the hidden property, and how clients learn and are attacked.

    `share` of a client's utterances are trained on. Every corpus is attacked with the others as shadow data.
    """

    plans: Sequence[Plan]
    attribute: str
    federation: Federation
    attackers: Sequence[Kind]
    attack: Attack
    clip: float
    delta: float
    share: float
    normalise: Group
    seed: int

    @cached_property
    def property_space(self) -> LabelSpace:
        """The values that the attribute has in all corpora. Raises `Ai4erError` where a speaker has none."""
        values = set()
        for one in self.plans:
            for record in one.data.records:
                if self.attribute not in record.attributes or not record.speaker:
                    raise Ai4erError(
                        f"{one.data.spec} does not say the {self.attribute} of every speaker: take corpora that do, or "
                        "name another attribute with --set attribute=NAME"
                    )
                values.add(record.attributes[self.attribute])
        if len(values) < 2:
            raise Ai4erError(f"the {self.attribute} of all speakers is {values.pop()}: there is nothing to infer")
        return LabelSpace(name=self.attribute, kind="single", names=tuple(sorted(values)))

    def mechanism(self, protection: Protection) -> GaussianMechanism | None:
        """The general part of a protection."""
        if protection.epsilon is None:
            return None
        return GaussianMechanism(epsilon=protection.epsilon, clip=self.clip, delta=self.delta)

    @cached_property
    def folds(self) -> list[list[Fold]]:
        """The folds of every corpus; each is one federation of its training speakers."""
        found = [one.data.folds(one.protocol, self.seed) for one in self.plans]
        for one, folds in zip(self.plans, found):
            for fold in folds:
                audit(fold, one.data.records, one.protocol)
        return found

    @property
    def mark(self) -> str:
        """What a table must say beside the protocol; empty where all folds are speaker-independent."""
        return next((fold.mark for folds in self.folds for fold in folds if fold.mark), "")

    def guarantee(self, corpus: int, epsilon: float, delta: float) -> tuple[float, float, float, float]:
        """Share of the clients in a round, noise multiplier, and epsilon at delta for two observers.

        The first sees every message of a client, the second the sums of rounds only. For the fold with fewest clients.
        """
        speakers = self.plans[corpus].data.records.column("speaker")
        clients = min(len(set(speakers[fold.roles["train"]])) for fold in self.folds[corpus])
        rate, rounds = self.federation.cohort(clients) / clients, self.federation.rounds
        mechanism = GaussianMechanism(epsilon=epsilon, clip=self.clip, delta=self.delta)
        noise = mechanism.noise_multiplier(rate, rounds)
        return rate, noise, gaussian_epsilon(delta, noise, rounds * rate), moments_epsilon(delta, noise, rate, rounds)

    def measure(self, protection: Protection, folder: Path) -> list[Target]:
        """Every corpus as target of attackers that learnt from the others under the same protection; all is written."""
        size, found = self.property_space.size, []
        runs = [self.run(number, protection) for number in range(len(self.plans))]
        for target, (emotion, seen) in enumerate(runs):
            others = [number for number in range(len(runs)) if number != target]
            shadow = Observations.pool([runs[number][1] for number in others])
            labels = np.concatenate([self._classes(number, runs[number][1].clients) for number in others])
            guesses: dict[tuple[str, int], Predictions] = {}
            for kind in self.attackers:
                seed = derived_seed(self.seed, target)
                attacker = train_attacker(kind, self.attack, shadow, labels, size, seed)
                for count in self.attack.observed:
                    if len(seen.of(count)):
                        guesses[kind, count] = self._guesses(target, attacker, seen.of(count))
            found.append(Target(emotion, guesses))
            found[-1].save(folder / str(target + 1))
        return found

    def run(self, corpus: int, protection: Protection) -> tuple[Predictions, Observations]:
        """All federations of one corpus: the emotions of the unseen speakers, and what an eavesdropper keeps."""
        one = self.plans[corpus]
        clean = self._items(one, 0.0)
        spoken = self._items(one, protection.strength) if protection.strength else clean
        recognised, kept = [], []
        for fold in self.folds[corpus]:
            seed = derived_seed(self.seed, corpus, fold.index)
            system = build(one.system, one.config, one.data, clean, seed)
            eavesdropper = Eavesdropper(system, max(self.attack.observed), seed)
            clients = self._clients([spoken[i] for i in fold.roles["train"]], system.unit, seed)
            federate(system, clients, self.federation, seed, self.mechanism(protection), eavesdropper.hear)
            tested = answers(system, group([clean[i] for i in fold.roles["test"]], system.unit))
            recognised.append(next(iter(tested.values()))[0])
            kept.append(eavesdropper.observations(self.attack.observed))
        return Predictions.pool(recognised), Observations.pool(kept)

    def _items(self, one: Plan, strength: float) -> list[Item]:
        """Items of all records, their sound moved with a strength, normalised."""
        inputs = front_ends(one.config.inputs)
        unheard = [extractor.needs for extractor in inputs.values() if extractor.needs != "audio"]
        if strength and unheard:
            raise Ai4erError(
                f"{one.system.slug()} reads the {unheard[0]} of a record, which a moved voice does not hide"
            )
        with ThreadPoolExecutor(4) as pool:
            records = Records(pool.map(lambda record: perturbed(record, strength, self.seed), one.data.records))
        return normalised(build_items(records, inputs, one.data.space), self.normalise)

    def _clients(self, items: Sequence[Item], unit: str, seed: int) -> dict[str, list[Unit]]:
        """The training units of each speaker, of a random part of the utterances."""
        generator = np.random.default_rng(seed)
        clients: dict[str, list[Item]] = {}
        for item in items:
            clients.setdefault(item.record.speaker, []).append(item)
        kept = {
            name: generator.permutation(len(own))[: max(1, round(self.share * len(own)))]
            for name, own in clients.items()
        }
        return {name: group([own[i] for i in kept[name]], unit) for name, own in clients.items()}

    def _classes(self, corpus: int, speakers: np.ndarray) -> np.ndarray:
        """The class of the property of each speaker."""
        known = {record.speaker: record.attributes[self.attribute] for record in self.plans[corpus].data.records}
        return np.array([self.property_space.index(known[name]) for name in speakers])

    def _guesses(self, corpus: int, attacker: Attacker, seen: Observations) -> Predictions:
        return Predictions(
            ids=np.arange(len(seen)).astype(str),
            targets=self._classes(corpus, seen.clients),
            scores=attacker.guess(seen),
            space=self.property_space,
            speakers=seen.clients,
        )
