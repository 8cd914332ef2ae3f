"""Any dataset of the Hugging Face hub, or one that `datasets` saved to a folder.

`hf:name=ORG/NAME,text=text,label=label,split=train+test` reads from the hub or the cache of the package `datasets`
(`pip install 'ai4er[offline]'`); `configuration=` names one where the dataset has several. `hf:name=DIR` reads a
folder that `Dataset.save_to_disk` or `DatasetDict.save_to_disk` wrote, without that package and without network.

Layout of such a folder: `dataset_dict.json` (`{"splits": [...]}`) with a folder for each split, which holds
`state.json` (the names of its Arrow files), `dataset_info.json` (the features) and `data-*.arrow`; a single Dataset
is one such folder.

Columns named like the fields of a record become these, as in `manifest`, and the settings id, audio, image, text,
label, speaker and dialogue name others. Numbers of a ClassLabel become their names, in lower case; -1 is no label.
Audio and images that stand in the table are decoded when they are asked for.

Licence, speakers and official split: those of the dataset's card; a split is named as it is there.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from ai4er.corpora._columns import ColumnCorpus, Part
from ai4er.corpora._tables import read_json
from ai4er.errors import Ai4erError

_Table = tuple[str, pa.Table, dict[str, Any]]


class Reader(ColumnCorpus):
    """A Hugging Face dataset. Attributes: every column that is no field of a record."""

    name: ClassVar[str] = "hf"
    title: ClassVar[str] = "Any dataset of the Hugging Face hub"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "that of the dataset's card"
    citation: ClassVar[str] = "that of the dataset's card"
    spaces: ClassVar[tuple[str, ...]] = ()  # those of a dataset are made from its columns

    def __init__(
        self,
        name: str,
        split: str | None = None,
        configuration: str | None = None,
        id: str | None = None,
        audio: str | None = None,
        image: str | None = None,
        text: str | None = None,
        label: str | None = None,
        speaker: str | None = None,
        dialogue: str | None = None,
        space: str | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        columns = {
            "id": id, "audio": audio, "image": image, "text": text, "label": label, "speaker": speaker,
            "dialogue": dialogue,
        }  # fmt: skip
        super().__init__(columns, space, low, high, digest=False)
        self.root = Path(name)
        self.dataset, self.wanted, self.configuration = name, split, configuration

    def parts(self) -> list[Part]:
        return [
            Part(_named(table, features), f"{self.dataset} {split}".strip(), self.root, split)
            for split, table, features in self._tables
        ]

    def class_names(self) -> tuple[str, ...]:
        _, _, features = self._tables[0]
        names = _class_names(features.get(self.columns.get("label", "label")))
        return tuple(name.strip().lower() for name in names or ())

    @functools.cached_property
    def _tables(self) -> list[_Table]:
        wanted = self.wanted.split("+") if self.wanted else []
        if self.root.is_dir():
            found = list(_saved(self.root))
        else:
            found = list(_from_hub(self.dataset, self.configuration))
        there = [split for split, _, _ in found]
        missing = [split for split in wanted if split not in there]
        if missing:
            raise Ai4erError(
                f"{self.dataset}: no split {missing[0]!r}; there is {', '.join(filter(None, there)) or 'one'}"
            )
        return [table for table in found if not wanted or table[0] in wanted]


def _saved(folder: Path) -> Iterator[_Table]:
    """The splits of a folder that `save_to_disk` wrote."""
    several = folder / "dataset_dict.json"
    if several.is_file():
        for split in read_json(several).get("splits", []):
            yield split, *_one_saved(folder / split)[1:]
    else:
        yield _one_saved(folder)


def _one_saved(folder: Path) -> _Table:
    if not (folder / "state.json").is_file():
        raise Ai4erError(f"{folder}: no state.json or dataset_dict.json; this is no folder that save_to_disk wrote")
    state, info = read_json(folder / "state.json"), read_json(folder / "dataset_info.json")
    tables = []
    for file in state.get("_data_files", []):
        path = folder / file["filename"]
        try:
            with pa.memory_map(str(path)) as source:
                tables.append(pa.ipc.open_stream(source).read_all())
        except (OSError, pa.ArrowInvalid) as error:
            raise Ai4erError(f"{path}: not a whole Arrow file ({str(error).splitlines()[0]}); save it again") from None
    if not tables:
        raise Ai4erError(f"{folder}: state.json names no Arrow file")
    return state.get("_split") or "", pa.concat_tables(tables), info.get("features") or {}


def _from_hub(name: str, configuration: str | None) -> Iterator[_Table]:
    """The splits of a dataset of the hub, or of the cache of `datasets`."""
    try:
        import datasets
    except ImportError:
        raise Ai4erError(
            f"corpus hf: {name} is no folder, and the hub needs the package datasets: pip install 'ai4er[offline]'"
        ) from None
    try:
        found = datasets.load_dataset(name, configuration)
    # Whatever goes wrong here (network, access, scripts) has a type of its own package, and is for the person.
    except Exception as error:
        what = str(error).strip().partition("\n")[0] or type(error).__name__
        raise Ai4erError(
            f"corpus hf: {name} cannot be loaded ({what}); without the hub, name a folder that save_to_disk wrote"
        ) from None
    for split, part in found.items():
        yield str(split), part.with_format("arrow")[:], part.features.to_dict()


def _named(table: pa.Table, features: dict[str, Any]) -> pa.Table:
    """The table with the names of classes in place of their numbers."""
    for position, column in enumerate(table.column_names):
        names = _class_names(features.get(column))
        if names is None:
            continue
        values = [_name(value, names) for value in table[column].to_pylist()]
        several = pa.types.is_nested(table[column].type)
        table = table.set_column(position, column, pa.array(values, pa.list_(pa.string()) if several else pa.string()))
    return table


def _class_names(feature: Any) -> list[str] | None:
    """The names of a ClassLabel or a list of them; None for any other feature."""
    if isinstance(feature, list) and len(feature) == 1:
        return _class_names(feature[0])
    if not isinstance(feature, dict):
        return None
    if feature.get("_type") == "ClassLabel":
        return list(feature.get("names") or [])
    return _class_names(feature.get("feature"))


def _name(value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        return [_name(number, names) for number in value]
    if value is None or value == -1:
        return None
    if not 0 <= value < len(names):
        raise Ai4erError(f"corpus hf: class {value} where {json.dumps(names)} are the classes")
    return names[value]
