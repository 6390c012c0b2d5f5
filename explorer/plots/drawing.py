"""Charts as files, SVG or PNG, drawn by matplotlib: estimates, clouds of shares, stacked counts.

matplotlib takes a second to load, so it is loaded with the first file.
"""

import io
import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from explorer.numbers import figures, percentage, signed
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
# Colours that also differ in grey, and the shape of each series' points.
_MARKS = (("#0d7268", "o"), ("#b8560b", "s"), ("#4a3f8f", "D"), ("#1c1e22", "^"))
_SOFT, _HAIR = "#585d66", "#9aa0a9"
# The colours of skin tones in plots.css, by their classes.
_TONES = ("#f4dcc4", "#dfb48b", "#bd8758", "#8a5a35", "#4b3021")
UNCLEAR = "unclear"
_STYLES = {
    **{f"gender-{place}": colour for place, (colour, _shape) in enumerate(_MARKS[:2])},
    UNCLEAR: "#d5d8dd",
    **{f"tone-{place}": colour for place, colour in enumerate(_TONES)},
    **{f"pixel-tone-{place}": colour for place, colour in enumerate(_TONES[::2])},
}
# Their greys are alike.
_HATCHES = {"gender-1": "////"}
_ROW_INCHES, _WIDTH_INCHES, _DPI = 0.28, 8.0, 160
_CLOUD_INCHES, _MARGIN_INCHES = 6.6, 1.1
_TITLE_LETTERS, _COLUMNS = 75, 5
_BAR = 0.7

Scale = Literal["share", "difference", "number"]
Look = Literal["plain", "hollow", "faint", "diamond"]


class Limited(Protocol):
    """An estimate with the limits of its interval."""

    @property
    def estimate(self) -> float:
        """The estimate."""
        ...

    @property
    def low(self) -> float:
        """The lower limit."""
        ...

    @property
    def high(self) -> float:
        """The upper limit."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """A line: an estimate for each series, None without one, and the share to compare them with."""

    name: str
    values: tuple[Limited | None, ...]
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Dots:
    """Estimates with intervals, line by line.

    `series` names the estimates of a line, `lacking` says that there is none, `reference` names the
    shares beside them, and `ends` what the left and the right of a difference mean.
    """

    title: str
    rows: tuple[Row, ...]
    series: tuple[str, ...]
    lacking: str
    reference: str = ""
    scale: Scale = "share"
    ends: tuple[str, str] | None = None

    @property
    def inches(self) -> float:
        """Its height."""
        return len(self.rows) * len(self.series) * _ROW_INCHES + _MARGIN_INCHES

    def draw(self, ax: Any) -> None:
        """Draw it."""
        for place, name in enumerate(self.series):
            self._draw_series(place, name, ax)
        marked = [
            (one.reference, n) for n, one in enumerate(self.rows) if one.reference is not None
        ]
        if marked:
            ax.plot(*zip(*marked, strict=True), "|", color="black", ms=14, label=self.reference)
        _name_rows([row.name for row in self.rows], ax)
        if self.scale == "difference":
            ax.axvline(0, color=_SOFT, lw=0.8)
        elif self.scale == "share":
            ax.set_xlim(-0.02, 1.02)
        _numbered(ax.xaxis, _SCALES[self.scale])
        if self.ends:
            left, right = self.ends
            ax.set_xlabel(
                f"\N{LEFTWARDS ARROW} {left}     {right} \N{RIGHTWARDS ARROW}", fontsize=8
            )
        _legend(ax)

    def _draw_series(self, place: int, name: str, ax: Any) -> None:
        colour, shape = _MARKS[place]
        beside = (place + 1) / (len(self.series) + 1) - 0.5
        known = [(n + beside, row.values[place]) for n, row in enumerate(self.rows)]
        found = [(y, one) for y, one in known if one is not None]
        for y in (y for y, one in known if one is None):
            ax.text(0, y, self.lacking, fontsize=7, color=colour, va="center")
        ax.errorbar(
            [one.estimate for _y, one in found],
            [y for y, _one in found],
            xerr=_errors([(one.estimate, one.low, one.high) for _y, one in found]),
            fmt=shape,
            color=colour,
            capsize=2,
            ms=5,
            label=name,
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a cloud with the ends of its line; `name` is empty where there is no room."""

    x: float
    y: float
    low: float
    high: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Points of a cloud that are drawn alike: plain, hollow, faint, or as diamonds."""

    label: str
    spots: tuple[Spot, ...]
    look: Look


@dataclass(frozen=True, slots=True)
class Cloud:
    """Shares over shares: groups of points, the line on which both agree, and a fitted curve."""

    title: str
    across: str
    up: str
    groups: tuple[Group, ...]
    curve: tuple[tuple[float, float], ...]

    inches = _CLOUD_INCHES

    def draw(self, ax: Any) -> None:
        """Draw it."""
        ax.plot((0, 1), (0, 1), "--", color="black", lw=1)
        if self.curve:
            ax.plot(
                *zip(*self.curve, strict=True), color=_MARKS[0][0], lw=2, label=_("fitted slope")
            )
        for group in self.groups:
            _draw_group(group, ax)
        ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        ax.grid(lw=0.4)
        ax.set_xlabel(self.across, fontsize=8)
        ax.set_ylabel(self.up, fontsize=8)
        _numbered(ax.xaxis, percentage)
        _numbered(ax.yaxis, percentage)
        _legend(ax)


@dataclass(frozen=True, slots=True)
class Stacks:
    """Counts as parts of bars, one for each line; `styles` are the classes of the labels."""

    title: str
    labels: tuple[str, ...]
    styles: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def inches(self) -> float:
        """Its height."""
        return len(self.rows) * _ROW_INCHES + _MARGIN_INCHES

    def draw(self, ax: Any) -> None:
        """Draw it."""
        from matplotlib.collections import PolyCollection

        counted = [(name, counts, max(1, sum(counts))) for name, counts in self.rows]
        before = [0.0] * len(counted)
        for place, (label, style) in enumerate(zip(self.labels, self.styles, strict=True)):
            after = [
                left + counts[place] / total
                for left, (_name, counts, total) in zip(before, counted, strict=True)
            ]
            # One shape for all lines: hundreds of bars take seconds.
            bars = [_bar(line, *ends) for line, ends in enumerate(zip(before, after, strict=True))]
            shape = PolyCollection(
                bars,
                fc=_STYLES[style],
                ec="white" if style in _HATCHES else _SOFT,
                hatch=_HATCHES.get(style),
                lw=0.5,
                label=label,
            )
            ax.add_collection(shape, autolim=False)
            before = after
        _name_rows([f"{name} ({sum(counts)})" for name, counts, _total in counted], ax)
        ax.set_xlim(0, 1)
        _numbered(ax.xaxis, percentage)
        _legend(ax)


Part = Dots | Cloud | Stacks


def draw(parts: "Sequence[Part]", below: str, form: str) -> bytes:
    """Return charts above each other, and a text below them.

    Args:
        parts: the charts.
        below: the text, such as the source.
        form: "svg" or "png".
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Text stays text: it can be read aloud, searched and set anew.
    mpl.rcParams |= {"svg.fonttype": "none", "text.parse_math": False}
    heights = [part.inches for part in parts]
    figure = Figure((_WIDTH_INCHES, sum(heights) + 1), layout="constrained")
    axes = figure.subplots(len(parts), 1, squeeze=False, height_ratios=heights)
    for part, (ax,) in zip(parts, axes, strict=True):
        ax.grid(axis="x", lw=0.4)
        ax.set_axisbelow(b=True)
        part.draw(ax)
        lines = math.ceil(len(ax.get_legend().get_texts()) / _COLUMNS)
        title = textwrap.fill(part.title, _TITLE_LETTERS)
        ax.set_title(title, loc="left", fontsize=10, pad=12 + 12 * lines)
    figure.supxlabel(below, fontsize=7, color=_SOFT, x=0.01, ha="left")
    written = io.BytesIO()
    figure.savefig(written, format=form, dpi=_DPI)
    return written.getvalue()


def _draw_group(group: Group, ax: Any) -> None:
    colour, shape = _MARKS[1 if group.look == "diamond" else 0]
    shape = "D" if group.look == "diamond" else shape
    colour = _HAIR if group.look == "faint" else colour
    ax.errorbar(
        [one.x for one in group.spots],
        [one.y for one in group.spots],
        yerr=_errors([(one.y, one.low, one.high) for one in group.spots]),
        fmt=shape,
        color=colour,
        elinewidth=0.8,
        ms=5,
        mfc="white" if group.look in {"hollow", "diamond"} else colour,
        label=group.label,
    )
    for one in group.spots:
        if one.name:
            to_left = one.x > 0.62  # noqa: PLR2004 - as on the page
            ax.annotate(
                one.name,
                (one.x, one.y),
                (-6 if to_left else 6, 0),
                textcoords="offset points",
                fontsize=8,
                ha="right" if to_left else "left",
                va="center",
                bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.5},
            )


def _bar(line: int, left: float, right: float) -> list[tuple[float, float]]:
    """Return the corners of a bar."""
    top, bottom = line - _BAR / 2, line + _BAR / 2
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _errors(limits: "Sequence[tuple[float, float, float]]") -> list[list[float]]:
    """Return the lengths of lines to both sides; a corrected estimate may lie at a limit."""
    below = [max(0.0, estimate - low) for estimate, low, _high in limits]
    above = [max(0.0, high - estimate) for estimate, _low, high in limits]
    return [below, above]


def _name_rows(names: "Sequence[str]", ax: Any) -> None:
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set_ylim(len(names) - 0.5, -0.5)


def _numbered(axis: Any, text: "Callable[[float], str]") -> None:
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _place: text(value)))
    axis.set_tick_params(labelsize=8)


def _points(difference: float) -> str:
    return signed(round(100 * difference))


_SCALES: "dict[Scale, Callable[[float], str]]" = {
    "share": percentage,
    "difference": _points,
    "number": figures,
}


def _legend(ax: Any) -> None:
    ax.legend(
        fontsize=7, loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=_COLUMNS, frameon=False
    )
