"""SER30K: stickers of chats by emotion, one of seven, many with text on them.

30,739 stickers of 1,887 themes. On request from the owners (Nankai University,
github.com/nku-shengzheliu/SER30K), academic research only.

Layout: `Annotations/train.json`, `val.json` and `test.json`, and `Images/01-panda-bear/sticker_1.jpg` (the folder is
the theme), as the owners' page shows it. What an entry of the JSON files looks like is not documented there: a list
of objects (or an object of them, by path) is read, whose path is the first of `file_name`, `image`, `img`, `path`
and `id`, whose emotion is the first of `emotion`, `label` and `sentiment` (a class name in any case), and
whose text is the first of `text`, `caption` and `ocr`; the error names the fields that are there instead.

Official split: train, val (here `valid`), test. A theme is a session: protocols can keep its stickers together.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._image_files import ListedImageFiles
from ai4er.corpora._tables import read_json
from ai4er.corpora.base import some, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record

_FILES = {"train": "train.json", "valid": "val.json", "test": "test.json"}
_PATH, _EMOTION, _TEXT = (
    ("file_name", "image", "img", "path", "id"),
    ("emotion", "label", "sentiment"),
    ("text", "caption", "ocr"),
)


class Reader(ListedImageFiles):
    """SER30K. `text` is what the sticker says, where the entries have it."""

    name: ClassVar[str] = "ser30k"
    title: ClassVar[str] = "SER30K: Sticker Emotion Recognition"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "S. Liu, X. Zhang, J. Yang: SER30K: A Large-Scale Dataset for Sticker Emotion Recognition, ACM Multimedia 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("ser30k7",)

    def listed(self) -> Iterator[tuple[Path, Record]]:
        for split, name in _FILES.items():
            table = text_file(self.root, name)
            entries = read_json(table)
            if isinstance(entries, dict):
                entries = [{"path": path, **_object(table, entry)} for path, entry in entries.items()]
            if not isinstance(entries, list):
                raise Ai4erError(f"{table}: neither a list nor an object of stickers")
            for entry in entries:
                yield self._sticker(table, split, _object(table, entry))

    def _sticker(self, table: Path, split: str, entry: dict[str, Any]) -> tuple[Path, Record]:
        path, emotion = (_first(entry, keys) for keys in (_PATH, _EMOTION))
        if path is None or emotion is None:
            wanted = f"{' or '.join(_PATH)}, and {' or '.join(_EMOTION)}"
            raise Ai4erError(f"{table}: a sticker has {some(list(entry)) or 'no field'}; {wanted} are expected")
        label = emotion.strip().lower()
        if label not in self.space.names:
            raise Ai4erError(f"{table}: {path} has the emotion {emotion}; {', '.join(self.space.names)} are known")
        inside = path.partition("Images/")[2] or path
        return table.parent.parent / "Images" / inside, Record(
            id=inside.rpartition(".")[0] or inside,
            corpus=self.name,
            session=inside.rpartition("/")[0],
            split=split,
            language=self.language,
            text=_first(entry, _TEXT),
            label=label,
        )


def _object(table: Path, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise Ai4erError(f"{table}: {entry!r} where an object with the fields of a sticker is expected")
    return entry


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these fields that the entry has, as text."""
    return next((str(entry[name]) for name in names if entry.get(name) is not None), None)
