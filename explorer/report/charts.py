"""The charts of a card for a file."""

from typing import TYPE_CHECKING

from explorer.plots.cloud import cloud_file
from explorer.plots.drawing import Cloud, Dots, Group, Row, Spot, Stacks
from explorer.report.card import DIFFERENCE, SHIFT
from explorer.report.rendering import points, sides, strongest
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.plots.drawing import Part
    from explorer.report.card import Card, Pronouns, Result


def charts(card: "Card") -> "Iterator[Part]":
    """Yield the charts of a card, in their order there."""
    part = card.professions
    if part.rows:
        title = _("Images against people")
        yield cloud_file(points(part.rows), part.curve, title, _women())
    if card.adjectives.rows and not card.adjectives.lacking:
        yield _dots(card.adjectives.rows, _("What adjectives do"), SHIFT)
    if sum(label.count for label in card.tones.labels):
        yield _tones(card)
    if card.beside and card.beside.rows:
        title = _("The largest differences: {left} minus {right}").format(
            left=card.model.title, right=card.beside.model.title
        )
        yield _dots(strongest(card.beside.rows), title, DIFFERENCE)
    if card.pronouns.rows:
        yield _words(card.pronouns)


def _women() -> str:
    return _("women in US work, in percent")


def _dots(results: "Sequence[Result]", title: str, kind: str) -> Dots:
    left, _middle, right = sides(kind)
    return Dots(
        title=title,
        rows=tuple(Row(one.said, (one.number,)) for one in results),
        series=(_("points, with 95% interval"),),
        lacking="",
        scale="difference",
        ends=(left, right),
    )


def _tones(card: "Card") -> Stacks:
    labels = card.tones.labels
    return Stacks(
        title=_("Perceived skin tone"),
        labels=tuple(word("label", label.name) for label in labels),
        styles=tuple(label.style for label in labels),
        rows=((card.model.title, tuple(label.count for label in labels)),),
    )


def _words(part: "Pronouns") -> Cloud:
    spots = [
        Spot(one.women, one.she, one.lowest, one.highest, _name(one.profession, shown=one.named))
        for one in part.rows
        if one.women is not None
    ]
    title = _("The same question to a language model: {model}").format(model=part.model)
    group = Group(_("she rather than he"), tuple(spots), "plain")
    return Cloud(title, _women(), _("she rather than he, in percent"), (group,), part.curve)


def _name(profession: str, *, shown: bool) -> str:
    return word("profession", profession) if shown else ""
