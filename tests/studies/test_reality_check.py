"""The reality check: its page says what is compared, its folds pass its own audit, and its biases are measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.document import Table
from ai4er.evaluation.report import ALL_FOLDS, ResultRow
from ai4er.protocols.leaks.run_record import audit_run, examine, read_run_record
from ai4er.studies._claims import claims, claims_blocks
from ai4er.studies._epoch_selection import bias_by_epochs, learning_curves
from ai4er.studies._evaluation_setups import IEMOCAP, Setup, corpus_of, splits_of, subsets_of, validations_of
from ai4er.studies.base import Desk, run_study

TINY = "synthetic_speech:size=40,speakers=5"
SMALL = {
    "corpus": TINY, "systems": ["support_vector_machine"], "validations": [{"corpus": TINY, "protocol": "loso"}],
    "splits": [{"corpus": TINY, "protocol": name} for name in ("loso", "random_split:stratified=true")],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of a system without epochs on two protocols."""
    place = tmp_path_factory.mktemp("study") / "here"
    run_study("reality_check", Desk(place), SMALL, small=True)
    return place


def test_a_random_split_is_reported_as_speaker_dependent_with_its_bias(folder: Path) -> None:
    page = (folder / "report.md").read_text()
    assert f"{TINY}, random_split:stratified=True †speaker-dependent | " in page
    assert "| speaker | ok | †speaker-dependent |" in page
    assert "split bias of UA" in page and "WA, mean of folds" in page
    assert "†speaker-dependent: the same speakers" in page and (folder / "splits.png").stat().st_size > 1000


def test_the_published_folds_pass_the_audit_and_can_be_read_by_anybody(folder: Path) -> None:
    files = sorted((folder / "folds").rglob("*.json"))
    assert len(files) == 2
    for file in files:
        record = read_run_record(file)
        audit_run(record)
        assert record.speaker_dependent == ("random" in str(file)) and record.selected_on == "last"
        assert [found.leaks for found in examine(record)].count(True) == 0
    loso = read_run_record(files[0])
    assert sorted(name for fold in loso.folds for name in fold.test) == sorted(item.id for item in loso.items)


def test_a_system_without_epochs_has_none_to_choose(folder: Path) -> None:
    assert "None of the systems is trained in epochs" in (folder / "report.md").read_text()


def test_curves_have_every_epoch_and_are_read_back(tmp_path: Path) -> None:
    desk, setup = Desk(tmp_path), Setup(corpus=TINY, protocol="loso")
    valid, test = learning_curves(desk, setup, "multilayer_perceptron", {"epochs": 3}, True)  # type: ignore[misc]
    assert {name: values.shape for name, values in test.items()} == dict.fromkeys(("ua", "wa", "weighted_f1"), (5, 3))
    bias = bias_by_epochs(valid, test)
    assert bias[0] == 0 and min(bias) >= 0
    file = tmp_path / "curves" / f"{setup.slug}-multilayer_perceptron" / "fold-1.json"
    kept = json.loads(file.read_text())
    kept["test"]["ua"][0] = 0.5
    file.write_text(json.dumps(kept))
    again = learning_curves(desk, setup, "multilayer_perceptron", {"epochs": 3}, True)
    assert again is not None and again[1]["ua"][0, 0] == 0.5
    with pytest.raises(Ai4erError, match="who would choose the epoch"):
        learning_curves(desk, Setup(corpus=TINY, protocol="random_split"), "multilayer_perceptron", {}, True)


def row(metric: str, value: float, protocol: str, fold: str = ALL_FOLDS) -> ResultRow:
    return ResultRow("tim_net", "emodb", protocol, fold, 0, metric, value, low=value - 0.1, high=value + 0.1)


def test_the_gap_is_the_claim_minus_the_result_under_the_standard_protocol() -> None:
    standard, other = (Setup(corpus="emodb", protocol=name) for name in ("loso", "random_kfold:folds=10"))
    rows = {
        ("tim_net", setup): [row("ua", value, setup.protocol), row("ua", value, setup.protocol, "1")]
        for setup, value in ((standard, 0.6), (other, 0.8))
    }
    found = [claim for claim in claims(rows, standard) if claim.system == "tim_net" and claim.said.metric == "ua"]
    for claim in found:
        assert claim.same_protocol is not None and claim.same_protocol.pooled == 0.8
        assert claim.gap == pytest.approx(claim.said.value - 0.6)
    table = next(block for block in claims_blocks(rows, standard) if isinstance(block, Table))
    assert all("†speaker-dependent" in cells[3] for cells in table.rows if "random" in cells[3])
    assert any(cells[5].startswith("0.600 [0.500, 0.700]") for cells in table.rows)


def test_iemocap_is_taken_where_it_is(tmp_path: Path) -> None:
    assert corpus_of(tmp_path, "emodb") == "emodb"
    (tmp_path / "iemocap").mkdir()
    assert corpus_of(tmp_path, "emodb") == IEMOCAP
    assert splits_of(IEMOCAP)[0].protocol == "iemocap_5_sessions" and splits_of("emodb")[0].protocol == "loso"
    assert len(subsets_of(IEMOCAP, None)) == 6 and len(validations_of(IEMOCAP)) == 2


def write_iemocap(folder: Path) -> None:
    """Five sessions in the release's layout; two dialogues each, of six classes, that text alone tells apart."""
    classes = {"ang": "fury", "hap": "joy", "exc": "thrill", "neu": "table", "sad": "tears", "fru": "stuck"}
    release = folder / "iemocap" / "IEMOCAP_full_release"
    for session in range(1, 6):
        for name in ("impro01", "script01_1"):
            dialogue = f"Ses0{session}F_{name}"
            heads, spoken = [], []
            for number, (code, word) in enumerate([*classes.items()] * 4):
                turn = f"{dialogue}_{'FM'[number // 2 % 2]}{number:03d}"
                heads.append(
                    f"[{number}.0000 - {number}.5000]\t{turn}\t{code}\t[2.5000, 2.5000, 2.5000]\nC-E1:\tOther;\t()\n"
                )
                spoken.append(f"{turn} [00{number}.0-00{number}.5]: {word} {number % 3}")
            place = release / f"Session{session}" / "dialog"
            for kind, lines in (("EmoEvaluation", heads), ("transcriptions", spoken)):
                (place / kind).mkdir(parents=True, exist_ok=True)
                (place / kind / f"{dialogue}.txt").write_text("\n".join(lines))


def test_the_whole_study_runs_on_a_tree_in_iemocaps_layout(tmp_path: Path) -> None:
    write_iemocap(tmp_path)
    four, six = "iemocap:target=iemocap4", "iemocap"
    settings = {
        "systems": ["support_vector_machine"], "seeds": 1,
        "splits": [{"corpus": four, "protocol": "iemocap_5_sessions"}],
        "subsets": [
            {"corpus": four, "protocol": "iemocap_5_sessions:subset=four_class_4490"},
            {"corpus": six, "protocol": "iemocap_dialogues"},
        ],
        "settings": {"support_vector_machine": {"inputs": {"features": "text_vector:encoder=minilm"}}},
    }  # fmt: skip
    run_study("reality_check", Desk(tmp_path / "out", tmp_path), settings)
    page = (tmp_path / "out" / "report.md").read_text()
    assert "angry 40, happy 80, neutral 40, sad 40" in page and "angry 40, happy 40, neutral 40, sad 40" in page
    assert f"{six}, iemocap_dialogues | 240 | angry 40, excited 40, frustrated 40" in page
    assert "cog_bart | weighted_f1 | 0.662" in page
