"""How acoustic and lexical representations bear noise, and what distillation from a multi-modal teacher gives.

Every model is trained once and tested on clean speech, under additive noise at several signal-to-noise ratios and in
rooms. Reference: Mitra, Kowtha, Chien, Azemi and Avendano, "Pre-Trained Model Representations and Their Robustness
Against Noise for Speech Emotion Analysis", ICASSP 2023, arXiv 2303.03177.

Known: the question, the kinds of corruption, the range of 0 to 30 decibels, transcripts that are recognised anew from
the corrupted sound, the relative gains. Absolute numbers and MSP-Podcast's official tables were not found and cannot be
had here. Chosen: the kinds of noise (pink, babble, recordings of the surroundings), the reverberation times, three
seeds, and the corpora: generated speech, where words tell the valence, stands in for MSP-Podcast, which is taken with
`--set contests=[...]` where it is at hand; EMO-DB is real speech, with classes and sentences that say nothing of the
emotion, so that only models of sound are compared on it. Both are small: mini-batches of 16 and 30 epochs, where with
64 the student had not converged on validation data. Offline, log-mel frames stand in for HuBERT and MiniLM for
BERT, and errors of a speech recogniser are simulated; the page says so. The acoustic baseline of filter banks, without
pitch, is then the acoustic model itself. The paper's lexical baseline of word embeddings is not repeated. White and
pink noise are what a student hears in training (other copies of it, on other items); babble, recordings and rooms are
new to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import pydantic

from ai4er.config import Configuration
from ai4er.encoders import is_available
from ai4er.errors import Ai4erError
from ai4er.evaluation.document import Block, Paragraph
from ai4er.evaluation.report import SUBSTITUTED, notes
from ai4er.studies._corrupted_speech import SIMULATED, Heard, heard, transcriber, under_conditions
from ai4er.studies._evaluation_setups import Setup
from ai4er.studies._robustness import Scores, robustness_blocks
from ai4er.studies.base import Card, Desk, StudyConfig
from ai4er.training.options import Options
from ai4er.training.run import Plan, Run, plan

CARD = Card(
    title="Pre-Trained Model Representations and Their Robustness Against Noise for Speech Emotion Analysis",
    venue="ICASSP", year=2023, paper="arXiv 2303.03177",
)  # fmt: skip
SLUG = "noise_robust_pretrained"


class Entry(Configuration):
    """A system with its settings; `withheld` are inputs that it is trained with and does without when it is used."""

    system: str
    settings: dict[str, Any] = {}
    withheld: tuple[str, ...] = ()


def _own(model: str, **settings: Any) -> Entry:
    withheld = ("noisy", "text") if model == "distilled" else ()
    return Entry(system=SLUG, settings={"model": model, **settings}, withheld=withheld)


MODELS = {
    "filter banks": _own("acoustic", inputs={"speech": "log_mel:bands=40,hop=320,normalise=utterance"}),
    "acoustic": _own("acoustic"),
    "lexical": _own("lexical"),
    "multimodal": _own("multimodal"),
    "noise-aware": _own("distilled", distillation_weight=0.0),
    "distilled": _own("distilled"),
}
"""The models of the paper; `noise-aware` has heard the same noise as `distilled`, without a teacher."""


class Contest(Setup):
    """A corpus and protocol, and those of `MODELS` and other systems that are compared on it."""

    models: tuple[str, ...] = ()


class Config(StudyConfig):
    """`systems` take the place of the models of every contest.

    `noises` at `levels` in decibels and `rooms` in seconds are tested; `transcripts` is a network that writes down
    speech, `simulated` errors of one, or `clean` to keep the corpus' own. `settings` are for all models of the paper.
    """

    contests: tuple[Contest, ...] = pydantic.Field(
        (
            Contest(
                corpus="synthetic_speech:size=240", labels="valence_arousal_dominance",
                protocol="speaker_kfold:folds=2", models=tuple(MODELS),
            ),
            Contest(
                corpus="emodb", protocol="speaker_kfold:folds=2",
                models=("filter banks", "acoustic", "noise-aware", "support_vector_machine", "multilayer_perceptron"),
            ),
        ),
        min_length=1,
    )  # fmt: skip
    noises: tuple[Literal["recorded", "white", "pink", "babble"], ...] = ("pink", "babble", "recorded")
    levels: tuple[float, ...] = (20.0, 10.0, 0.0)
    rooms: tuple[float, ...] = (0.6,)
    transcripts: str = "facebook/hubert-large-ls960-ft"
    settings: dict[str, Any] = {"epochs": 30, "batch_size": 16}
    seeds: int = pydantic.Field(3, ge=1)
    trial: bool = False

    @classmethod
    def small(cls) -> Self:
        corpus = "synthetic_speech:size=40,speakers=4"
        contest = Contest(
            corpus=corpus, labels="valence_arousal_dominance", protocol="speaker_kfold:folds=2",
            models=("acoustic", "multimodal"),
        )  # fmt: skip
        return cls(
            contests=(contest,), noises=("pink",), levels=(0.0,), transcripts=SIMULATED, settings={"epochs": 2},
            seeds=1, trial=True,
        )  # fmt: skip


def study(config: Config, desk: Desk) -> Sequence[Block]:
    """For every contest: the table over conditions, plots, what is lost, and the paper's gains."""
    how, note = _transcripts(config, desk)
    blocks: list[Block] = [Paragraph(note)]
    conditions = heard(config.noises, config.levels, config.rooms)
    rows = []
    for contest in config.contests:
        scores, runs, left_out = _contest(config, desk, contest, conditions, how)
        if not scores:
            raise Ai4erError(f"no system can be put through {contest.title}: {'; '.join(left_out)}")
        rows += [row for found in runs.values() for row in found[0].rows]
        blocks += [*robustness_blocks(contest, scores, runs, conditions, desk.folder), *map(Paragraph, left_out)]
    return [
        *blocks,
        *map(Paragraph, ["[low, high]: 95 % bootstrap interval over whole speakers, first seed.", *notes(rows)[1:]]),
    ]


def _transcripts(config: Config, desk: Desk) -> tuple[str, str]:
    """Where the words of corrupted speech come from, and what the page says about it."""
    about = {
        "clean": "Transcripts: those of the clean recordings, as was asked for: noise then leaves the words alone.",
        SIMULATED: "Transcripts: errors of a speech recogniser are simulated, more of them the louder the noise.",
    }
    if config.transcripts in about:
        return config.transcripts, about[config.transcripts]
    if is_available(config.transcripts, "speech"):
        return config.transcripts, f"Transcripts: recognised anew from the corrupted sound by {config.transcripts}."
    if not desk.offline:
        raise Ai4erError(
            f"the speech recogniser {config.transcripts} cannot be had here: run where the model hub can be reached, "
            "name a folder with --set transcripts=DIR, or simulate its errors with --offline"
        )
    return SIMULATED, f"{about[SIMULATED]} {SUBSTITUTED}"


def _contest(
    config: Config, desk: Desk, contest: Contest, conditions: Sequence[Heard], how: str
) -> tuple[Scores, dict[str, list[Run]], list[str]]:
    """Predictions and runs of every model, and a line for each that cannot take part or would repeat another one."""
    scores: Scores = {}
    runs: dict[str, list[Run]] = {}
    left_out: list[str] = []
    plans: dict[str, Plan] = {}
    for name in config.systems or contest.models:
        entry = MODELS.get(name) or Entry(system=name)
        settings = {**(config.settings if name in MODELS else {}), **entry.settings}
        about = (entry.system, contest.corpus, contest.protocol, desk.data, contest.labels, settings)
        try:
            chosen = plan(*about, Options(seed=desk.seed), desk.offline, config.trial)
        except Ai4erError as error:
            left_out.append(f"{name}: {error}")
            continue
        same = next((other for other, one in plans.items() if one.config == chosen.config), None)
        if same is not None:
            left_out.append(f"{name} is the same as {same} here: its encoder could not be had.")
            continue
        plans[name] = chosen
        for seed in range(desk.seed, desk.seed + config.seeds):
            place = f"{contest.slug}/{name.replace(' ', '-')}-seed{seed}"
            run = desk.train(
                place, entry.system, contest.corpus, contest.protocol, settings, contest.labels, config.trial, seed=seed
            )
            folds = chosen.data.folds(chosen.protocol, seed)
            vocabulary = sorted({word for r in chosen.data.records if r.text for word in r.text.split()})
            found = under_conditions(
                run, chosen, folds, conditions, transcriber(how, vocabulary, seed), entry.withheld,
                desk.folder / "conditions" / place,
            )  # fmt: skip
            runs.setdefault(name, []).append(run)
            for condition, predictions in found.items():
                scores.setdefault(name, {}).setdefault(condition, []).append(predictions)
    return scores, runs, left_out
