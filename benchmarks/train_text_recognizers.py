"""Trains the recognizers of text and of conversations that ship with the library, and measures them on unseen data.

    python -m benchmarks.train_text_recognizers teacher --data DIR
    python -m benchmarks.train_text_recognizers text --data DIR
    python -m benchmarks.train_text_recognizers languages --data DIR
    python -m benchmarks.train_text_recognizers letters --data DIR
    python -m benchmarks.train_text_recognizers conversation --data DIR

A training that was stopped goes on where its last epoch ended (runs/shipped-*). They are written to
src/ai4er/recognition/shipped/text and .../conversation in half precision: of text networks the adapters, the output
layer, and the name of the network that they belong to. `teacher` fine-tunes the whole of MiniLM and writes it to
src/ai4er/encoders/shipped/ai4er-text, which the other two need: the recognizer of text, MiniLM cut to four layers and a
third of their neurons, learns labels and what the teacher says; that of conversations reads its states. All also learn
lines of XED in seven languages that they cannot read, without their labels, and letters without a sense: the first two
as texts of which no label applies, that of conversations some of them, eight to a
dialogue, with all classes alike. `languages` measures both on other lines of these languages and of eight more,
`letters` on other letters of the learnt kinds and on two kinds that were never learnt. Temperatures and
thresholds are chosen on the validation parts; the figures are those of the official test parts, with the weights as
they are stored. Of conversations ten seeds are trained with context and without; the one that ships is the first.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.evaluation.document import Table
from ai4er.evaluation.intervals import compare, interval
from ai4er.evaluation.metrics import metric
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace, label_space, mapping
from ai4er.prediction.calibration import best_temperature, tempered
from ai4er.prediction.items import Unit, build_items, front_ends, length
from ai4er.prediction.predict import predict
from ai4er.prediction.recognizer import Recognizer
from ai4er.prediction.view import View
from ai4er.protocols.base import audit, parse_protocol
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.systems.batch import Item
from ai4er.training.answers import FULL, evaluate
from ai4er.training.data import Data, load_data, roles_of
from ai4er.training.fit import fit
from ai4er.training.options import Options
from ai4er.training.run import build
from benchmarks.in_space import in_space

SHIPPED = Path("src/ai4er/recognition/shipped")
TEACHER = Path("src/ai4er/encoders/shipped/ai4er-text")
WHOLE: dict[str, Any] = {
    "inputs": {"tokens": "token_ids:encoder=minilm,max_length=96"},
    "rank": 16,
    "learning_rate": 1e-3,
    "output_learning_rate": 1e-3,
    "rarity": 0.5,
    "batch_size": 16,
    "epochs": 1,
}
TEXT: dict[str, Any] = {**WHOLE, "layers": 4, "neurons": 512, "rank": 32, "rarity": 0.0, "epochs": 2}
LABELS = 0.3
"""The share of the labels in what the recognizer of text learns; the rest are the probabilities of its teacher."""
CONVERSATION: dict[str, Any] = {"inputs": {"text": "text_vector:encoder=ai4er-text,layers=all,normalise=false"}}
CONTEXT = "past"  # what a chat that still goes on has
SEEDS = tuple(range(10))
LANGUAGES = ("en", "fi", "de", "nl", "sv", "fr", "es", "it", "pt", "pl", "ru", "el", "tr", "ar", "zh")
FOREIGN = ("fi", "de", "es", "pl", "ru", "ar", "zh")
"""Languages of which lines are learnt as texts without an emotion that could be read."""
LINES_A_LANGUAGE, LEARNT_A_LANGUAGE = 300, 1500
FIGURES = ("macro_f1", "micro_f1", "jaccard", "map")
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
ALPHABET = "".join(sorted("".join(KEYS)))
SENSELESS = ("random letters", "neighbouring keys")
"""Kinds of letters without a sense that are learnt; `letters` measures all of them."""
A_DIALOGUE = 8
"""Lines that are put one behind the other as a dialogue of two."""
READ_A_LANGUAGE = 304
"""Lines of each learnt language that are read as dialogues, and half the number of each learnt kind of letters."""
EMOTIONS = {"joy": "happiness", **{name: name for name in ("anger", "disgust", "fear", "sadness", "surprise")}}
ENCODER = "minilm"


def progress(stage: str, done: int, total: int, numbers: dict[str, float]) -> None:
    told = " ".join(f"{name} {value:.3f}" for name, value in numbers.items())
    print(f"{stage} {done}/{total} {told}", file=sys.stderr, flush=True)


def lines(title: str, predictions: Predictions, names: tuple[str, ...]) -> list[str]:
    """Model-card lines: metrics with their intervals."""
    return [f"- {title}: {interval(predictions, name)}" for name in names]


def less(title: str, one: Predictions | list[Predictions], other: Predictions | list[Predictions], name: str) -> str:
    """A model-card line: a metric of one less that of the other."""
    found = compare(one, other, name)
    return (
        f"- {title}, {name}: {found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}], p = {found.p_value:.3f} "
        f"(paired permutation over {found.groups} {found.unit})"
    )


def prepared(
    corpus: str, slug: str, kinds: tuple[str, ...], settings: Mapping[str, Any], data: Path, seed: int = 0
) -> tuple[Data, Any, dict[str, list[Unit]], str]:
    """The corpus, a system without training, the units of the official parts, and the mark of their fold."""
    kind = system_class(slug)
    config = kind.config_class().override(settings)
    found = load_data(corpus, kinds, data)
    items = build_items(found.records, front_ends(config.inputs), found.space)
    protocol = parse_protocol("official")
    (fold,) = found.folds(protocol, 0)
    audit(fold, found.records, protocol)
    return found, build(kind, config, found, items, seed), roles_of(fold, items, kind), fold.mark


def trained(system: System, roles: dict[str, list[Unit]], run: Path, seed: int = 0) -> None:
    """Fit the system, or go on with it, and give its weights the precision that they are stored in."""
    fit(system, roles, Options(device="cpu", seed=seed, checkpoint_seconds=0), run, run.exists(), progress)
    state = system.state_dict()
    weights = {name: value.half().float() if value.ndim > 1 else value for name, value in state.items()}
    system.load_state_dict(weights)


def calibrated(predictions: Predictions, temperature: float) -> Predictions:
    """What a recognizer with this temperature says."""
    kind, given = predictions.space.kind, (predictions.scores, np.asarray(predictions.threshold))
    scores, threshold = (tempered(part, kind, temperature) for part in given)
    return dataclasses.replace(predictions, scores=scores, threshold=threshold)


def calibration(valid: Predictions, test: Predictions) -> tuple[float, list[str]]:
    """The temperature that suits the validation part, and what it does to the error of the confidence."""
    temperature = best_temperature(valid.scores, valid.targets, valid.space.kind)
    told = [f"- temperature {temperature:.3f}, chosen on the validation part"]
    for name, one in (("validation", valid), ("test", test)):
        told += lines(f"{name} part without it", one, ("ece",))
        told += lines(f"{name} part", calibrated(one, temperature), ("ece",))
    return temperature, told


def teacher(data: Path) -> None:
    """The whole of MiniLM with adapters on the 28 labels of GoEmotions, and on lines it cannot read."""
    _learn(WHOLE, data, TEACHER, None)


def text(data: Path) -> None:
    """MiniLM cut down, with adapters, on the same texts, and what its teacher says of them."""
    _learn(TEXT, data, SHIPPED / "text", Recognizer.load(TEACHER).system)


def _learn(settings: Mapping[str, Any], data: Path, place: Path, knows: System | None) -> None:
    """A language_model that learns labels, and what another knows; measured, and written to its place."""
    found, system, roles, mark = prepared("goemotions", "language_model", ("multi",), settings, data)
    held_out = {unit.record.text for role in ("valid", "test") for unit in roles[role]}
    comments = [unit for unit in roles["train"] if unit.record.text not in held_out]
    foreign = [record for language in FOREIGN for record in _lines_of(language, data)[1]]
    senseless = [record for kind in SENSELESS for record in _letters(kind, LEARNT_A_LANGUAGE // 2, 1)]
    unreadable = build_items(Records([*foreign, *senseless]), front_ends(system.config.inputs), found.space)
    roles["train"] = [*comments, *unreadable]
    if knows:
        roles["train"] = _taught(roles["train"], predict(knows, roles["train"], 64).scores)
    roles["valid"].sort(key=length)
    trained(system, roles, Path(f"runs/shipped-{place.name}"))
    valid, test = (evaluate(system, roles[role], 64)[FULL] for role in ("valid", "test"))
    temperature, told = calibration(valid, test)
    recognizer = Recognizer.of(system, {}, temperature)
    test = calibrated(test, temperature)
    results = lines("28 labels, official test part", test, FIGURES)
    fixed = dataclasses.replace(test, threshold=0.5)
    results += lines("the same with all thresholds at one half", fixed, ("macro_f1",))
    results += lines("the same, validation part", valid, FIGURES)
    if knows:
        taught_by = {role: evaluate(knows, roles[role], 64)[FULL] for role in ("valid", "test")}
        results += lines("its teacher, validation part", taught_by["valid"], FIGURES)
        results += lines("its teacher, official test part", taught_by["test"], FIGURES)
        results += [less("less its teacher, official test part", test, taught_by["test"], name) for name in FIGURES]
    for labels in ("ekman7", "sentiment4"):
        seen = _seen(View(recognizer, labels), test, roles["test"])
        results += lines(f"seen as {labels}, test comments of one such class ({len(seen)})", seen,
                         ("ua", "wa", "macro_f1", "ece"))  # fmt: skip
    about = {
        "corpus": f"{found.spec}; of xed {len(foreign)} lines in {', '.join(FOREIGN)}, without their labels; "
        f"{len(senseless)} generated lines of letters without a sense",
        "protocol": f"official {mark}, trained on train without the texts that the other parts hold, too; thresholds "
        "and temperature chosen on dev; the corpus does not say who writes"
        + (
            "; learnt from labels and from what ai4er-text, the whole of MiniLM, says of the same texts"
            if knows
            else ""
        ),
        "licence": f"{found.licence}; xed: CC BY 4.0",
        "encoder": ENCODER,
        "results": [*results, *told],
        "limits": [
            "English Reddit comments of one or two sentences. It cannot read other languages: no label applies to most "
            "of their texts (docs/benchmarks.md). Irony is mostly missed; "
            "rare emotions (grief, pride, relief, nervousness) are guessed badly. Labels are what readers saw in a "
            "comment, not what its writer felt."
        ],
    }
    print(*about["results"], sep="\n")
    dataclasses.replace(recognizer, about=about).save(place, half=True)


def _taught(units: Sequence[Item], scores: np.ndarray) -> list[Unit]:
    """The same texts with targets between their labels and the probabilities of a teacher (texts, labels)."""
    return [
        dataclasses.replace(unit, target=np.float32(LABELS * np.asarray(unit.target) + (1 - LABELS) * said))
        for unit, said in zip(units, scores, strict=True)
    ]


def _seen(view: View, predictions: Predictions, units: list[Unit]) -> Predictions:
    """The predictions in the classes of a view, for the texts all of whose labels count as the same class."""
    table = mapping(predictions.space, view.space).table
    classes = [{table[name] for name in unit.record.labels} for unit in units]
    kept = [place for place, found in enumerate(classes) if len(found) == 1]
    return Predictions(
        predictions.ids[kept], np.array([view.space.index(next(iter(classes[place]))) for place in kept]),
        view.seen(predictions.scores[kept]), view.space,
    )  # fmt: skip


def conversation(data: Path) -> None:
    """An LSTM over the turns of MELD; and the same without the turns before a turn."""
    read = {(context, seed): _read(context, seed, data) for context in (CONTEXT, None) for seed in SEEDS}
    names = ("weighted_f1", "wa", "ua", "macro_f1")
    whole, alone = ([read[context, seed][1]["test"] for seed in SEEDS] for context in (CONTEXT, None))
    results = lines("meld official test part", whole[0], names)
    results += lines("meld official test part, the same network without context", alone[0], names)
    each = (", ".join(f"{metric('weighted_f1')(one):.3f}" for one in found) for found in (whole, alone))
    results.append("- weighted F1 of the seeds {}: {} with context, {} without".format(SEEDS, *each))
    for part in ("test", "valid"):
        pair = [[read[context, seed][1][part] for seed in SEEDS] for context in (CONTEXT, None)]
        for title, (one, other) in (
            ("mean of the seeds", pair),
            ("mean answers", [_averaged(found) for found in pair]),
        ):
            results.append(less(f"{part} part, {title}, with context less without", one, other, "weighted_f1"))
    recognizer, _, told = read[CONTEXT, SEEDS[0]]
    about = {**recognizer.about, "results": [*results, *told]}
    print(*about["results"], sep="\n")
    dataclasses.replace(recognizer, about=about).save(SHIPPED / "conversation", half=True)


def _read(context: str | None, seed: int, data: Path) -> tuple[Recognizer, dict[str, Predictions], list[str]]:
    """A recognizer of MELD, what it says of the test and the validation part, and the figures of its calibration."""
    settings = {**CONVERSATION, "context": context}
    found, system, roles, mark = prepared("meld", "contextual_lstm", ("single",), settings, data, seed)
    shares = LabelSpace(name=f"{found.space.name}_shares", kind="distribution", names=found.space.names)
    learner = in_space(system, shares)
    learnt = {role: _in_space(roles[role], shares) for role in ("train", "valid")}
    learnt["train"] += _unreadable_dialogues(learner, data)
    trained(learner, learnt, Path("runs") / f"shipped-conversation-{context or 'alone'}-{seed}", seed)
    system.load_state_dict(learner.state_dict())
    valid, test = (evaluate(system, roles[role], 32)[FULL] for role in ("valid", "test"))
    temperature, told = calibration(valid, test)
    text = Recognizer.load(TEACHER).about
    about = {
        "corpus": f"{found.spec}; with all classes alike dialogues of lines of xed in {', '.join(FOREIGN)} and of "
        f"letters without a sense; on states learnt from {text['corpus']}",
        "protocol": f"official {mark}, trained on train; epoch, temperature and how lines that cannot be read are "
        "learnt were chosen on dev; meld shares television characters between its parts; that no turn behind is read "
        "was decided with the test figures of both kinds known",
        "licence": f"{found.licence}; {text['licence']}",
        "encoder": "ai4er-text",
        "limits": [
            "English dialogue of one television series. The turns before a turn are read with it, none behind it. Fear "
            "and disgust are mostly missed. Classes are what annotators saw and heard in the scene, of which the text "
            "is only a part."
        ],
    }
    said = {name: calibrated(one, temperature) for name, one in (("test", test), ("valid", valid))}
    return Recognizer.of(system, about, temperature), said, told


def _in_space(dialogues: Iterable[Sequence[Item]], space: LabelSpace) -> list[Unit]:
    """The same dialogues with targets of another label space."""
    return [[dataclasses.replace(item, target=space.target(item.record)) for item in one] for one in dialogues]


def _unreadable_dialogues(system: System, data: Path) -> list[Unit]:
    """Dialogues that nobody could read, for which all classes are voted alike."""
    made = [list(_lines_of(language, data)[1])[:READ_A_LANGUAGE] for language in FOREIGN]
    made += [_letters(kind, 2 * READ_A_LANGUAGE, 2) for kind in SENSELESS]
    records = Records(one.replace(labels=None, votes=system.space.names) for one in _dialogues(made))
    items = build_items(records, front_ends(system.config.inputs), system.space)
    return [items[start : start + A_DIALOGUE] for start in range(0, len(items), A_DIALOGUE)]


def _dialogues(kinds: Iterable[Sequence[Record]]) -> Records:
    """The lines of each kind as dialogues of two people who take turns."""
    return Records(
        record.replace(dialogue=f"{number}-{place // A_DIALOGUE}", turn=place % A_DIALOGUE, speaker="AB"[place % 2])
        for number, lines in enumerate(kinds)
        for place, record in enumerate(lines)
    )


def _averaged(found: Sequence[Predictions]) -> Predictions:
    """The mean answer of several trainings on the same items."""
    return dataclasses.replace(found[0], scores=np.mean([one.scores for one in found], axis=0))


def _lines_of(language: str, data: Path) -> tuple[Records, Records]:
    """The lines of XED that measure, each with one of Ekman's six emotions, and those that are learnt as unreadable."""
    read = load_data(f"xed:language={language}", ["multi"], data).records
    order = [read[int(i)] for i in np.random.default_rng(0).permutation(len(read))]
    single = [(record, record.labels[0]) for record in order if record.labels and len(record.labels) == 1]
    test = [record.replace(label=EMOTIONS[name]) for record, name in single if name in EMOTIONS][:LINES_A_LANGUAGE]
    known = {record.text for record in test}
    rest = [record.replace(id=f"{language}/{record.id}", labels=()) for record in order if record.text not in known]
    return Records(test), Records(rest[:LEARNT_A_LANGUAGE])


class Sure:
    """The recognizers of text (seen as ekman7) and of conversations, and how sure they are of what they can read."""

    def __init__(self, data: Path) -> None:
        self.text = Recognizer.load(SHIPPED / "text")
        self.view, self.applies = View(self.text, "ekman7"), np.array(list(self.text.thresholds.values()))
        self.conversation = Recognizer.load(SHIPPED / "conversation")
        comments, turns = (
            load_data(corpus, [kind], data).records.where(lambda record: record.split == "test")
            for corpus, kind in (("goemotions", "multi"), ("meld", "single"))
        )
        self.comments = comments
        self.read = [self.view.predict(comments).scores.max(1), self.conversation.predict(turns).scores.max(1)]
        means = (f"{one.mean():.2f}" for one in self.read)
        print("mean confidence on the test parts: goemotions {}, meld {}\n".format(*means))

    def cells(self, records: Records) -> tuple[np.ndarray, list[str]]:
        """What the recognizer of text says (lines, 7), and cells on it and on the recognizer of conversations.

        The share said to be neutral, that to which no label applies, the mean confidence, the area under the curve
        against what can be read; of conversations the share, the confidence and the area.
        """
        from sklearn.metrics import roc_auc_score

        all_labels = self.text.predict(records).scores
        said = [self.view.seen(all_labels), self.conversation.predict(_dialogues([list(records)])).scores]
        found = []
        for scores, space, read in zip(said, (self.view.space, self.conversation.space), self.read):
            sure = scores.max(1)
            area = roc_auc_score([1] * len(read) + [0] * len(sure), [*read, *sure])
            found.append(((scores.argmax(1) == space.index("neutral")).mean(), sure.mean(), area))
        (neutral, *text), conversation = found
        none = (all_labels < self.applies).all(1).mean()
        return said[0], [f"{value:.2f}" for value in (neutral, none, *text, *conversation)]


COLUMNS = (
    "said to be neutral",
    "no label applies",
    "confidence",
    "area",
    "conversation: neutral",
    "confidence",
    "area",
)


def languages(data: Path) -> None:
    """The shipped recognizers on lines of XED in every language there, beside English that they can read."""
    sure, rows = Sure(data), []
    for language in LANGUAGES:
        records, _ = _lines_of(language, data)
        scores, cells = sure.cells(records)
        found = Predictions.of(records, scores, label_space("ekman7"))
        rows.append([f"{language} (learnt)" if language in FOREIGN else language, interval(found, "ua").cell, *cells])
    print(Table(["language", "UA of six emotions", *COLUMNS], rows).markdown())


def _letters(kind: str, number: int, seed: int, words: Sequence[str] = ()) -> list[Record]:
    """Lines of one to eight strings without a sense; those whose letters change places are made of `words`."""
    draw = np.random.default_rng(seed)

    def string() -> str:
        length = int(draw.integers(3, 9))
        if kind == "random letters":
            return "".join(draw.choice(list(ALPHABET), length))
        if kind == "neighbouring keys":
            row = KEYS[draw.integers(len(KEYS))] * 2
            start = int(draw.integers(len(row) // 2))
            return row[start : start + length][:: draw.choice((1, -1))]
        if kind == "syllables":
            return "".join(draw.choice(list("bdfgklmnprstvz")) + draw.choice(list("aeiou")) for _ in range(length // 2))
        return "".join(draw.permutation(list(draw.choice(words))))

    lines = [" ".join(string() for _ in range(int(draw.integers(1, 9)))) for _ in range(number)]
    return [Record(id=f"{kind}/{seed}-{i}", corpus="letters", text=line, labels=()) for i, line in enumerate(lines)]


def letters(data: Path) -> None:
    """The shipped recognizers on letters without a sense, beside English that they can read."""
    sure, rows = Sure(data), []
    words = sorted(
        {word for one in sure.comments for word in str(one.text).lower().split() if word.isalpha() and len(word) > 3}
    )
    for kind in (*SENSELESS, "syllables", "letters of English words in another order"):
        _, cells = sure.cells(Records(_letters(kind, LINES_A_LANGUAGE, 0, words)))
        rows.append([f"{kind} (learnt)" if kind in SENSELESS else kind, *cells])
    print(Table(["letters", *COLUMNS], rows).markdown())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = {one.__name__: one for one in (teacher, text, conversation, languages, letters)}
    parser.add_argument("which", choices=tuple(commands))
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    commands[given.which](given.data)


if __name__ == "__main__":
    main()
