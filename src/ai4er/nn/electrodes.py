"""Where the 62 electrodes of the SEED cap are on the head (extended 10-20 system)."""

from __future__ import annotations

import numpy as np

_NAMES = (
    "FP1 FPZ FP2 AF3 AF4 F7 F5 F3 F1 FZ F2 F4 F6 F8 FT7 FC5 FC3 FC1 FCZ FC2 FC4 FC6 FT8 T7 C5 C3 C1 CZ C2 C4 C6 T8 "
    "TP7 CP5 CP3 CP1 CPZ CP2 CP4 CP6 TP8 P7 P5 P3 P1 PZ P2 P4 P6 P8 PO7 PO5 PO3 POZ PO4 PO6 PO8 CB1 O1 OZ O2 CB2"
)
SEED_CHANNELS: tuple[str, ...] = tuple(_NAMES.split())
"""The order in which SEED, SEED-IV, SEED-V and SEED-VII store their channels."""

_RIM = 0.511
_ROWS = {"FP": 4, "AF": 3, "F": 2, "FT": 1, "FC": 1, "T": 0, "C": 0, "TP": -1, "CP": -1, "P": -2, "PO": -3, "O": -4}
_SINGLE = {"CB1": (-152.0, 0.6), "CB2": (152.0, 0.6)}


def positions(names: tuple[str, ...] = SEED_CHANNELS) -> np.ndarray:
    """Places on the flattened head, (electrodes, 2): x to the right ear, y to the nose.

    The vertex is the origin and the radius of the rim that passes the ears is 0.511, as in the polar files
    of the SEED corpora. Every row of the cap is a parabola from its place on the midline to its
    place on the rim, which agrees with those files to about 0.01.

    >>> positions(("CZ", "T8", "FPZ")).round(3).tolist()
    [[0.0, 0.0], [0.511, 0.0], [0.0, 0.511]]
    """
    return np.array([_position(name) for name in names])


def _position(name: str) -> tuple[float, float]:
    if name in _SINGLE:
        angle, radius = _SINGLE[name]
        return radius * np.sin(np.deg2rad(angle)), radius * np.cos(np.deg2rad(angle))
    letters, column = name.rstrip("0123456789Z"), name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXY").rstrip("Z")
    row, number = _ROWS[letters], int(column or 0)
    side = (-1 if number % 2 else 1) * ((number + 1) // 2) / 4
    if abs(row) == 4:  # the first and the last row lie on the rim itself
        side *= 4
    angle = np.deg2rad(90 - 18 * row)
    middle, lateral = _RIM * row / 4, _RIM * np.cos(angle)
    return side * _RIM * np.sin(angle), middle + (lateral - middle) * side**2


def distances(names: tuple[str, ...] = SEED_CHANNELS) -> np.ndarray:
    """Distances between all electrodes on the flattened head, (electrodes, electrodes)."""
    places = positions(names)
    return np.linalg.norm(places[:, None] - places[None, :], axis=-1)
