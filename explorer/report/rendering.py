"""A card as HTML and as Markdown."""

import base64
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.numbers import decimal, signed
from explorer.plots.cloud import Point
from explorer.plots.scales import scale_around
from explorer.plots.templating import environment, isolated, style
from explorer.report.card import DIFFERENCE, GAP, MEAN_GAP, SHIFT, TONE
from explorer.report.citation import bibtex, plain
from explorer.report.results import factor, how_many
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment

    from explorer.plots.scales import Scale
    from explorer.report.card import Card, Label, Profession, Result

_HERE = Path(__file__).parent
# Rows of differences that a card shows; the JSON file holds all of them.
_DIFFERENCES = 12


def as_html(card: "Card", thumbnails: "Mapping[str, bytes]") -> str:
    """Return a card as one HTML file that needs nothing else.

    Args:
        card: the card.
        thumbnails: its images as WebP files, by key.
    """
    return _rendered("card.html", card, thumbnails, style=style() + style_sheet())


def as_view(card: "Card", thumbnails: "Mapping[str, bytes]", address: str) -> str:
    """Return a card as a view of the page, with links to its files.

    Args:
        card: the card.
        thumbnails: its images as WebP files, by key.
        address: the query of the view's address, "?" included.
    """
    cited = (plain(card), bibtex(card))
    return _rendered("view.html", card, thumbnails, address=address, cited=cited)


def as_markdown(card: "Card") -> str:
    """Return a card as Markdown, without front matter."""
    template = _environment().get_template("card.md")
    text = template.render(card=card, how_many=how_many)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def style_sheet() -> str:
    """Return the style sheet of a card, beside that of the plots."""
    return (_HERE / "card.css").read_text(encoding="utf-8")


def numbers(result: "Result") -> str:
    """Return a result's number with its interval: "+12 points (+3 to +21)", "1.63 (1.5 to 1.8)"."""
    found = result.number
    every = [found.estimate, found.low, found.high]
    if result.kind == TONE:
        texts, unit = [decimal(100 * one, 0) for one in every], "%"
    elif result.kind in {GAP, MEAN_GAP, SHIFT, DIFFERENCE}:
        texts, unit = [_signed(one) for one in every], _(" points")
    else:
        texts, unit = [factor(one) for one in every], _(" times")
    return _("{estimate}{unit} ({low} to {high})").format(
        estimate=texts[0], unit=unit, low=texts[1], high=texts[2]
    )


def _signed(share: float) -> str:
    return signed(round(100 * share))


def _rendered(name: str, card: "Card", thumbnails: "Mapping[str, bytes]", **more: object) -> str:
    sources = {key: _inline(content) for key, content in thumbnails.items()}
    html = (
        _environment()
        .get_template(name)
        .render(
            card=card,
            sources=sources,
            how_many=how_many,
            numbers=numbers,
            sides=sides,
            scale=_scale,
            strongest=strongest,
            points=points,
            parts=_parts,
            colours={label.name: label.style for label in card.tones.labels},
            **more,
        )
    )
    return isolated(html)


def points(rows: "Iterable[Profession]") -> list[Point]:
    """Return professions as the points of a cloud."""
    return [
        Point(row.name, row.women, row.share, row.gap.clear, row.muted, row.named) for row in rows
    ]


def _parts(labels: "Iterable[Label]") -> list[tuple[str, int]]:
    """Return labels as the parts of one bar."""
    return [(label.style, label.count) for label in labels]


def _inline(content: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(content).decode()}"


def _scale(results: "Iterable[Result]") -> "Scale":
    """Return one scale for results that share the number that means no difference."""
    every = list(results)
    ends = (end for one in every for end in (one.number.low, one.number.high))
    return scale_around(every[0].nothing or 0.0, ends)


def strongest(results: "Iterable[Result]") -> "list[Result]":
    """Return the largest differences, in the order of their size."""
    largest = sorted(results, key=lambda one: (not one.clear, -abs(one.number.estimate)))
    return sorted(largest[:_DIFFERENCES], key=lambda one: -one.number.estimate)


def sides(kind: str) -> tuple[str, str, str]:
    """Return the words at the left, in the middle and at the right of a result's scale."""
    if kind in {GAP, MEAN_GAP}:
        return _("fewer women than at work"), _("as at work"), _("more women than at work")
    if kind == SHIFT:
        return _("less often feminine"), _("no change"), _("more often feminine")
    if kind == TONE:
        return _("less common"), _("even"), _("more common")
    if kind == DIFFERENCE:
        return _("less often than the other model"), _("alike"), _("more often")
    return _("evens out"), _("as among people"), _("exaggerates")


@cache
def _environment() -> "Environment":
    return environment(_HERE / "templates")
