"""WESAD wrist features: every row is a window of a person, with the owners' numbers unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import Corpus, open_corpus
from ai4er.errors import Ai4erError

_SIGNALS = ("net_acc", "EDA_phasic", "EDA_smna", "EDA_tonic", "BVP", "TEMP", "ACC_x", "ACC_y", "ACC_z", "Resp", "0")
_NAMES = [f"{s}_{k}" for s in _SIGNALS for k in ("mean", "std", "min", "max")] + ["BVP_peak_freq", "TEMP_slope"]


def _table(*rows: tuple[int, int]) -> str:
    lines = [",".join(["", *_NAMES, "subject", "label"])]
    for number, (subject, label) in enumerate(rows):
        lines.append(",".join(map(str, [number, *(number + i / 4 for i in range(46)), subject, label])))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["may14_feats4.csv", "may14_feats4.csv.gz"])
def test_a_row_is_a_window_of_a_person(name: str, tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text(name, _table((2, 1), (2, 2), (17, 0)))
    write_text("readmes.csv", ",age,gender\nS2,27,male\n")
    records = open_corpus("wesad_wrist_features:columns=all", tmp_path).read()
    assert [(r.speaker, r.label) for r in records] == [("S2", "baseline"), ("S2", "stress"), ("S17", "amusement")]
    assert np.array_equal(records[2].arrays["physiology"], 2 + np.arange(46, dtype=np.float32) / 4)
    assert records[0].attributes == {"age": "27", "gender": "male"}
    assert records[2].attributes == {}


def test_columns_that_hold_copies_or_the_label_are_left_out(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text("may14_feats4.csv", _table((2, 1)))
    (record,) = open_corpus("wesad_wrist_features", tmp_path).read()
    kept = [_NAMES[round(4 * value)] for value in record.arrays["physiology"].tolist()]
    assert kept == [
        "net_acc_std", "EDA_phasic_std", "EDA_smna_std", "EDA_tonic_std", "BVP_std", "BVP_min", "BVP_max", "TEMP_std",
        "ACC_x_std", "ACC_y_std", "ACC_z_std", "Resp_std", "0_std", "BVP_peak_freq", "TEMP_slope",
    ]  # fmt: skip


def test_the_columns_that_wrist_signals_give_have_the_units_of_the_front_end(
    tmp_path: Path, write_text: Callable[..., Path]
) -> None:
    write_text("may14_feats4.csv", _table((2, 1)))
    (record,) = open_corpus("wesad_wrist_features", tmp_path).read()
    *logarithms, slope = record.arrays["wrist_statistics"].tolist()
    places = [_NAMES.index(name) / 4 for name in ("net_acc_std", "BVP_std", "BVP_min", "BVP_max")]
    rate, temperature = 8 * _NAMES.index("BVP_peak_freq") / 4, _NAMES.index("TEMP_std") / 4
    assert np.allclose(np.exp(logarithms), [*places, rate, temperature])
    assert np.isclose(slope, 4 * _NAMES.index("TEMP_slope") / 4 * 1000)  # a second has four samples


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (_table((2, 3)), "row 1 has the label 3; 0, 1 and 2 are known"),
        (_table((2, 1)).replace("Resp_std,", "").replace("7.25,", ""), "45 features where 46 are expected"),
        (_table((2, 1)).replace("TEMP_slope,", "").replace("11.25,", ""), "no column TEMP_slope"),
        (_table((2, 1)).replace("11.25", "eleven"), "row 1: could not convert string to float: 'eleven'"),
        ("a,b\n1,2\n", "no column subject, label, net_acc_std"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    table: str, message: str, tmp_path: Path, write_text: Callable[..., Path]
) -> None:
    write_text("may14_feats4.csv", table)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("wesad_wrist_features", tmp_path).read()


def test_the_real_table_is_what_the_owners_publish(real: Callable[[str], Corpus]) -> None:
    corpus = real("wesad_wrist_features")
    report = corpus.check()
    assert report.problems == []
    assert report.items == 1178
    everything = np.stack([r.arrays["physiology"] for r in real("wesad_wrist_features:columns=all").read()])
    means = everything[:, [i for i, name in enumerate(_NAMES) if name.endswith("_mean")]]
    assert (means == means[:, :1]).all()
    assert all(r.attributes["gender"] in ("male", "female") for r in corpus.read())
