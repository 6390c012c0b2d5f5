"""Clouds of professions: the names that have room, the curve of a fitted slope, and their files."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.plots.drawing import Cloud, Group, Spot
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.plots.drawing import Limited, Look
    from explorer.statistics.amplification import LogitSlope

# The least distance between two names, as a share of the width and the height.
_ROOM_ACROSS, _ROOM_UP = 0.3, 0.045
_NAMED = 8
_CURVE = 40


@dataclass(frozen=True, slots=True)
class Point:
    """A profession in the cloud; `named` tells whether there is room for its name."""

    row_name: str
    x: float
    share: "Limited"
    clear: bool
    muted: bool
    named: bool


def named(points: "Iterable[tuple[float, float, str]]") -> set[str]:
    """Return the names of points, the first ones first, as far as they do not overlap.

    Args:
        points: x and y, 0..1, and the name of each, the most important ones first.
    """
    placed: list[tuple[float, float, str]] = []
    for x, y, name in points:
        if len(placed) == _NAMED:
            break
        if all(abs(x - a) > _ROOM_ACROSS or abs(y - b) > _ROOM_UP for a, b, _name in placed):
            placed.append((x, y, name))
    return {name for _x, _y, name in placed}


def curve(slope: "LogitSlope | None") -> tuple[tuple[float, float], ...]:
    """Return the points of a fitted slope as shares, (x, y), each 0..1; empty without one."""
    if slope is None:
        return ()
    shares = [(place + 0.5) / _CURVE for place in range(_CURVE)]
    return tuple(
        (x, 1 / (1 + (x / (1 - x)) ** -slope.slope.estimate * math.exp(-slope.shift.estimate)))
        for x in shares
    )


def cloud_file(
    points: "Iterable[Point]", fitted: "Sequence[tuple[float, float]]", title: str, across: str
) -> Cloud:
    """Return the cloud of the points as it is drawn in a file."""
    groups: dict[Look, list[Spot]] = {"plain": [], "hollow": [], "faint": []}
    for one in points:
        look: Look = "faint" if one.muted else "plain" if one.clear else "hollow"
        share = one.share
        name = one.row_name if one.named else ""
        groups[look].append(Spot(one.x, share.estimate, share.low, share.high, name))
    names = (_("clear gap"), _("may be chance"), _("not in the headline"))
    return Cloud(
        title,
        across,
        _("images perceived as feminine, in percent"),
        tuple(
            Group(name, tuple(spots), look)
            for name, (look, spots) in zip(names, groups.items(), strict=True)
            if spots
        ),
        tuple(fitted),
    )
