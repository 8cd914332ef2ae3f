"""A training that starts from a recognizer: the same weights, an honest mark, and clear errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.prediction.recognizer import Recognizer
from ai4er.protocols.base import SPEAKERS_UNKNOWN, Fold
from ai4er.protocols.leaks.run_record import examine
from ai4er.systems import system_class
from ai4er.training.finished import find_runs
from ai4er.training.initial import heritage, start_from, starting_point, with_doubt
from ai4er.training.options import Options
from ai4er.training.record import run_record
from ai4er.training.run import Run, plan, train

CORPUS = "synthetic_speech:size=40"
SYSTEM, SPACE = system_class("tim_net"), label_space("common4")


def run(out: Path, seed: int = 0, initialise_from: Path | None = None, **settings: float) -> Run:
    options = Options(device="cpu", seed=seed, initialise_from=str(initialise_from or ""))
    return train("tim_net", CORPUS, "official", settings=settings, options=options, small=True, out=out, resume=True)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recognizer of a short training."""
    folder = tmp_path_factory.mktemp("before") / "run"
    run(folder, epochs=1)
    return folder / "fold-1" / "recognizer"


def test_a_training_that_learns_nothing_more_ends_with_the_weights_it_started_from(
    before: Path, tmp_path: Path
) -> None:
    found = run(tmp_path / "run", seed=5, initialise_from=before, epochs=1, learning_rate=0.0)
    ended = Recognizer.load(found.folder / "fold-1" / "recognizer")
    for name, weight in Recognizer.load(before).system.named_parameters():
        assert torch.equal(ended.system.get_parameter(name), weight), name
    assert found.rows[0].mark == SPEAKERS_UNKNOWN
    assert ended.about["corpus"] == CORPUS
    (finished,), _ = find_runs([found.folder])
    assert f"--initialise-from {before}" in finished.command


def test_a_run_from_before_this_setting_is_gone_on_with(tmp_path: Path) -> None:
    run(tmp_path / "run", epochs=1)
    file = tmp_path / "run" / "run.json"
    about = json.loads(file.read_text())
    del about["plan"]["options"]["initialise_from"]
    file.write_text(json.dumps(about))
    assert run(tmp_path / "run", epochs=1).rows
    (finished,), _ = find_runs([tmp_path / "run"])
    assert "--initialise-from" not in finished.command


def test_only_weights_of_the_same_corpus_or_of_an_unknown_one_raise_doubt(before: Path) -> None:
    loaded, fold = Recognizer.load(before), Fold(0, "test", {}, "official", speaker_dependent=False)
    assert with_doubt([fold], "emodb", None) == [fold]
    assert with_doubt([fold], "emodb+urdu", loaded)[0].mark == ""
    assert with_doubt([fold], "emodb+synthetic_speech:seed=4", loaded)[0].mark == SPEAKERS_UNKNOWN
    assert with_doubt([fold], "emodb", Recognizer.of(loaded.system))[0].mark == SPEAKERS_UNKNOWN


def test_the_corpora_and_licences_of_both_trainings_are_told(before: Path) -> None:
    loaded = Recognizer.load(before)
    assert heritage("urdu", "urdu: research", None) == {"corpus": "urdu", "licence": "urdu: research"}
    both = heritage("urdu", "urdu: research", loaded)
    assert both["corpus"] == f"{CORPUS}+urdu"
    assert both["licence"].endswith("; urdu: research") and both["licence"].startswith("synthetic_speech: ")
    own = 'manifest:file="one+two.csv"'
    assert heritage(own, "", loaded)["corpus"] == f"{CORPUS}+{own}"


def test_the_audit_does_not_vouch_for_weights_of_the_same_corpus(before: Path) -> None:
    chosen = plan("tim_net", CORPUS, "official", options=Options(initialise_from=str(before)), small=True)
    found = {one.kind: one for one in examine(run_record(chosen, chosen.data.folds(chosen.protocol, 0)))}
    assert found["statistics"].leaks is None
    assert found["statistics"].line.endswith("; not known of weights trained on synthetic_speech")


def test_what_does_not_fit_is_a_clear_error(before: Path, tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no recognizer folder"):
        starting_point(tmp_path / "nowhere", SYSTEM, SPACE)
    with pytest.raises(Ai4erError, match="is a recognizer of tim_net"):
        starting_point(before, system_class("dwformer"), SPACE)
    with pytest.raises(Ai4erError, match="choose the same labels"):
        starting_point(before, SYSTEM, label_space("emodb7"))
    other = SYSTEM(SYSTEM.config_class.small().override({"blocks": 2}), SPACE, {"mfcc": (13,)}, {"mfcc": True})
    with pytest.raises(Ai4erError, match="has other sizes"):
        start_from(other, Recognizer.load(before))
    fitted = system_class("k_nearest_neighbours")
    with pytest.raises(Ai4erError, match="fitted in one step"):
        start_from(
            fitted(fitted.config_class.small(), SPACE, {"functionals": (8,)}, {"functionals": False}),
            Recognizer.load(before),
        )
