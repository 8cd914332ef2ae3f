"""Training that starts from the weights of a recognizer: pre-training on one corpus, fine-tuning on another."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ai4er.config import parse_spec, split_spec
from ai4er.corpora.base import some
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.prediction.recognizer import Recognizer
from ai4er.protocols.base import Fold
from ai4er.systems.base import System


def starting_point(folder: Path | str, system: type[System], space: LabelSpace) -> Recognizer:
    """The recognizer in a folder (a run leaves one as `fold-1/recognizer`), or of the hub.

    Raises `Ai4erError` unless it is of this system and predicts the same classes.
    """
    found = Recognizer.load(folder)
    if found.system.slug() != system.slug():
        raise Ai4erError(f"{folder} is a recognizer of {found.system.slug()}: {system.slug()} starts from its own only")
    if found.space.names != space.names:
        raise Ai4erError(
            f"{folder} predicts {', '.join(found.space.names)}, and the training is on {', '.join(space.names)}: "
            "choose the same labels with --labels"
        )
    return found


def start_from(system: System, initial: Recognizer) -> None:
    """Give a system the weights of a recognizer. Raises `Ai4erError` for other sizes, or where nothing is trained."""
    if not system.stages():
        raise Ai4erError(f"{system.slug()} is fitted in one step, and has no use for weights to start from")
    try:
        system.load_state_dict(initial.system.state_dict())
    except RuntimeError as error:
        raise Ai4erError(
            f"{initial.folder} has other sizes than this configuration of {system.slug()}: give the settings that it "
            f"was trained with ({' '.join(str(error).split())[:160]})"
        ) from None


def heritage(corpus: str, licence: str, initial: Recognizer | None) -> dict[str, str]:
    """All corpora that the weights are trained on in the end, as a spec, and their licences; the recognizer's first."""
    about = initial.about if initial else {}
    corpora = split_spec(f"{about.get('corpus', '')}+{corpus}", "+")
    licences = f"{about.get('licence', '')}; {licence}".split("; ")
    return {
        name: mark.join(dict.fromkeys(filter(None, parts)))
        for name, mark, parts in (("corpus", "+", corpora), ("licence", "; ", licences))
    }


def with_doubt(folds: Sequence[Fold], corpus: str, initial: Recognizer | None) -> list[Fold]:
    """The folds, marked where the recognizer may have been trained on their speakers.

    That is where it was trained on the same corpus, in whatever part, or does not say on what.
    """
    doubt = doubtful(corpus, initial)
    if not doubt:
        return list(folds)
    note = f"starts from weights trained on {doubt}: tested speakers may be among those they were trained on"
    return [dataclasses.replace(fold, speakers_known=False, notes=(*fold.notes, note)) for fold in folds]


def doubtful(corpus: str, initial: Recognizer | None) -> str:
    """What the recognizer was trained on that may hold tested items; empty where there is nothing of the kind."""
    if initial is None:
        return ""
    trained = str(initial.about.get("corpus", ""))
    return some(shared_corpora(trained, corpus)) if trained else "unknown corpora"


def shared_corpora(one: str, other: str) -> list[str]:
    """The names of the corpora that two specs have in common, in whatever parts.

    >>> shared_corpora("emodb+dusha", "dusha:part=podcast")
    ['dusha']
    >>> shared_corpora('manifest:file="urdu+emodb"', "emodb")
    []
    """
    names = [{parse_spec(part)[0] for part in split_spec(spec, "+")} for spec in (one, other)]
    return sorted(names[0] & names[1])
