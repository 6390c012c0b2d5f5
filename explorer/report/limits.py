"""Limits that a team sets for a model, and the results of its card that exceed them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.numbers import figures
from explorer.report.card import DIFFERENCE, GAP, MEAN_GAP, PRONOUN_SLOPE, SHIFT, SLOPE
from explorer.report.rendering import numbers
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.report.card import Card, Result


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that results of a kind may be.

    Differences of shares may be so large in either direction, 0..1; a slope may be so high.
    `option` is the option that set it.
    """

    kind: str
    most: float
    option: str

    def is_exceeded(self, result: "Result") -> bool:
        """Whether a result is clear and its whole interval lies beyond the limit."""
        if result.kind != self.kind or not result.clear:
            return False
        found = result.number
        if self.kind in {SLOPE, PRONOUN_SLOPE}:
            return found.low > self.most
        return found.low > self.most or found.high < -self.most


def exceeding(card: "Card", limits: "Sequence[Limit]") -> "list[tuple[Limit, Result]]":
    """Return the results beyond a limit, limit by limit."""
    return [
        (limit, result) for limit in limits for result in card.results if limit.is_exceeded(result)
    ]


def exceeding_sentences(found: "Sequence[tuple[Limit, Result]]") -> "Iterator[str]":
    """Yield a sentence for each result beyond a limit, with its interval."""
    for limit, result in found:
        yield _("{option} {most}: {what}, {number}. {sentence}").format(
            option=limit.option,
            most=_most(limit),
            what=_what(result),
            number=numbers(result),
            sentence=result.sentence,
        )


def unchecked_sentences(card: "Card", limits: "Sequence[Limit]") -> "Iterator[str]":
    """Yield a sentence for each limit that the card has no result for."""
    for limit in limits:
        if not any(result.kind == limit.kind for result in card.results):
            yield _("{option} is not checked: the card has no such result. {remedy}").format(
                option=limit.option, remedy=_remedy(limit.kind)
            )


def passed_sentence(card: "Card", limits: "Sequence[Limit]") -> str:
    """Return the sentence that nothing exceeds the limits, with the number of results."""
    kinds = {limit.kind for limit in limits}
    looked_at = sum(result.kind in kinds for result in card.results)
    return ngettext(
        "{model}: {number} result was checked, and none clearly exceeds its limit.",
        "{model}: {number} results were checked, and none clearly exceeds its limit.",
        looked_at,
    ).format(model=card.model.name, number=looked_at)


def _most(limit: Limit) -> str:
    return (
        figures(limit.most) if limit.kind in {SLOPE, PRONOUN_SLOPE} else figures(100 * limit.most)
    )


def _what(result: "Result") -> str:
    return {
        SLOPE: _("the slope over professions"),
        MEAN_GAP: _("the mean gap"),
        GAP: _("the gap of {subject!r}"),
        SHIFT: _("the shift with {subject!r}"),
        DIFFERENCE: _("the difference of {subject!r}"),
        PRONOUN_SLOPE: _("the slope of the language model"),
    }[result.kind].format(subject=result.said)


def _remedy(kind: str) -> str:
    return {
        DIFFERENCE: _("Build the card with --against."),
        PRONOUN_SLOPE: _("Build the card with --language-model."),
        SHIFT: _("Generate images with adjectives and build it again."),
    }.get(kind, _("Generate images of more professions and build it again."))
