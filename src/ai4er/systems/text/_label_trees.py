"""Trees of emotion labels: coarse feelings above the fine ones that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace

Tree = Mapping[str, Any]
"""Node name -> the tree below it; {} is a leaf. The root has no name."""


def _leaves(names: str) -> dict[str, Any]:
    return {name: {} for name in names.split()}


GOEMOTIONS: Tree = {
    "semi-positive": {
        **_leaves("admiration amusement caring gratitude desire approval relief"),
        "positive": _leaves("excitement joy love optimism pride"),
    },
    "ambiguous": _leaves("surprise curiosity realization confusion"),
    "semi-negative": {
        **_leaves("disappointment disapproval nervousness embarrassment"),
        "negative": _leaves("disgust fear grief remorse sadness anger annoyance"),
    },
}
"""HypEmo's tree, without the misspelt second leaf of nervousness."""

EMPATHETIC_DIALOGUES: Tree = {
    "positive": {
        "joyful": {
            "affection": _leaves("caring faithful trusting grateful"),
            "optimism": {"hopeful": _leaves("anticipating"), "confident": _leaves("prepared")},
            "zest": _leaves("excited"),
            "pride": {"proud": _leaves("impressed")},
            "content": {},
        },
    },
    "negative": {
        "sad": {
            "neglect": _leaves("lonely embarrassed"),
            "disappointed": _leaves("devastated"),
            "ashamed": _leaves("guilty"),
        },
        "afraid": {"horror": _leaves("terrified"), "nervousness": {"apprehensive": _leaves("anxious")}},
        "angry": {
            "irritability": _leaves("annoyed"),
            "rage": _leaves("furious"),
            "envy": _leaves("jealous"),
            "disgusted": {},
        },
    },
    "ambiguous": {"surprised": {}, "sentimental": _leaves("nostalgic")},
}
"""The 32 situations: top and middle nodes as HypEmo names them, the places of the labels are ours."""

VALENCE: Tree = {
    "positive": {
        **_leaves("love powerful peaceful calm relaxed amusement trust optimism"),
        **_leaves("joy joyful happiness happy excitement excited"),
    },
    "ambiguous": _leaves("neutral surprise surprised anticipation baseline"),
    "negative": {
        **_leaves("anger angry mad frustrated disgust contempt annoyance"),
        **_leaves("fear fearful scared sadness sad boredom pessimism stress"),
    },
}
"""The classes of Ekman and their kin by valence; surprise and neutral can be either."""

TREES: dict[str, Tree] = {"goemotions": GOEMOTIONS, "empathetic_dialogues": EMPATHETIC_DIALOGUES, "valence": VALENCE}


@dataclass(frozen=True)
class LabelTree:
    """A tree with the classes of a label space among its nodes.

    `ancestors[node]` are the positions of all nodes above a node; `classes` the position of each class.
    """

    nodes: tuple[str, ...]
    ancestors: tuple[tuple[int, ...], ...]
    classes: tuple[int, ...]


def label_tree(tree: str | Tree, space: LabelSpace) -> LabelTree:
    """The tree of a label space: a nested mapping, or a name of `TREES`.

    `auto` is the first of these that holds all classes. Raises `Ai4erError` for a space whose classes
    are not all in the tree.
    """
    above = _ancestors(_choose(tree, space))
    missing = [name for name in space.names if name not in above]
    if missing:
        given = tree if isinstance(tree, str) else "the given mapping"
        raise Ai4erError(
            f"hyp_emo: setting tree={given}: no tree with {', '.join(missing)} of {space.name}; name one of "
            f"{', '.join(TREES)} that holds all classes, or give a nested mapping that does, such as "
            'tree={"positive": {"joy": {}}, "negative": {"fear": {}, "anger": {}}}'
        )
    nodes = tuple(above)
    place = {node: position for position, node in enumerate(nodes)}
    return LabelTree(
        nodes,
        tuple(tuple(place[node] for node in above[name]) for name in nodes),
        tuple(place[name] for name in space.names),
    )


def _choose(tree: str | Tree, space: LabelSpace) -> Tree:
    if not isinstance(tree, str):
        return tree
    if tree == "auto":
        covering = [known for known in TREES.values() if set(space.names) <= set(_ancestors(known))]
        return covering[0] if covering else {}
    if tree not in TREES:
        raise unknown("label tree", tree, ["auto", *TREES])
    return TREES[tree]


def _ancestors(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Node -> the nodes above it, from the top; in the order of the tree."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(below: Any, path: tuple[str, ...]) -> None:
        if not isinstance(below, Mapping):
            raise Ai4erError(f"hyp_emo: setting tree: {'/'.join(path)} must lead to a mapping, {{}} for a leaf")
        for name in below:
            if name in found:
                raise Ai4erError(f"hyp_emo: setting tree: the node {name!r} is there twice")
            found[name] = path
            walk(below[name], (*path, name))

    walk(tree, ())
    return found
