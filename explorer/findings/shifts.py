"""Shifts: the change of the feminine share when a prompt gains an adjective."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.corrected import NO_ERRORS, corrections
from explorer.findings.sentences import (
    difference_text,
    holds,
    how_many_hold,
    too_few_to_flip,
)
from explorer.findings.tallies import ALL, Cell, Tally, pooled
from explorer.perception.axes import FEMININE
from explorer.statistics import correction
from explorer.statistics.intervals import FEWEST, Interval, difference
from explorer.statistics.significance import benjamini_hochberg, sign_flip
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.findings.corrected import Errors


@dataclass(frozen=True, slots=True)
class Shift:
    """The effect of one adjective on one model's images of the same professions.

    `with_it` and `without` cover the professions that have classified images both with and without
    the adjective; `professions` is their number. `raw` and `corrected` are the feminine share with
    the adjective minus the share without it, -1..1. Both are None if either side has fewer than
    FEWEST classified images, `corrected` also if the instrument's errors are unknown. `p` is that
    of a sign-flip test over professions, None for a single profession; `q` is adjusted for all
    adjectives.
    """

    adjective: str
    with_it: Tally
    without: Tally
    professions: int
    raw: Interval | None
    corrected: Interval | None
    p: float | None
    q: float | None

    @property
    def best(self) -> Interval | None:
        """Return the corrected shift, or the raw one if there is none."""
        return self.corrected or self.raw


def shifts(tallies: "Iterable[Tally]", errors: "Errors" = NO_ERRORS) -> tuple[Shift, ...]:
    """Return the shift of each adjective, in order.

    Args:
        tallies: one model's tallies by cell on the gender axis, with and without adjectives.
        errors: the known errors of the instruments.
    """
    by_adjective: dict[str | None, dict[str, Tally]] = defaultdict(dict)
    for tally in tallies:
        adjective = tally.cell.adjective
        if adjective is None or isinstance(adjective, str):
            by_adjective[adjective][str(tally.cell.profession)] = tally
    plain = by_adjective.pop(None, {})
    pairs = {word: _pairs(tallied, plain) for word, tallied in by_adjective.items() if word}
    both_sides = [_both(by_adjective[word], word, both) for word, both in pairs.items()]
    p_values = [_p(both) for both in pairs.values()]
    return tuple(
        Shift(word, *both, len(pairs[word]), _raw(*both), corrected, p, q)
        for word, both, corrected, p, q in zip(
            pairs,
            both_sides,
            _corrected(both_sides, errors),
            p_values,
            benjamini_hochberg(p_values),
            strict=True,
        )
    )


def shift_sentences(found: "Sequence[Shift]") -> "Iterator[str]":
    """Yield the number of significant shifts, a sentence for each, and a caveat."""
    tests = sum(shift.p is not None for shift in found)
    if not tests:
        yield _(
            "No shift is tested: a test needs two professions and {fewest} classified images both "
            "with and without the adjective."
        ).format(fewest=FEWEST)
        return
    yield how_many_hold(sum(holds(shift.q) for shift in found), tests, _("shifts"))
    for shift in found:
        if holds(shift.q) and shift.best:
            yield _shift_sentence(shift, shift.best)
    fewest = min((shift.professions for shift in found if shift.p is not None), default=None)
    if fewest is not None and (few := too_few_to_flip(fewest, _("professions"))):
        yield few


def _shift_sentence(shift: Shift, best: Interval) -> str:
    pattern = (
        _(
            "With {adjective}, the share of images perceived as feminine is higher than without an "
            "adjective: {difference}, over {professions} professions ({how}; q {q})."
        )
        if best.estimate >= 0
        else _(
            "With {adjective}, the share of images perceived as feminine is lower than without an "
            "adjective: {difference}, over {professions} professions ({how}; q {q})."
        )
    )
    return pattern.format(
        adjective=repr(shift.adjective),
        professions=shift.professions,
        how=_("corrected") if shift.corrected else _("as counted"),
        difference=difference_text(best),
        q=f"{shift.q:.2g}",
    )


def _pairs(with_it: dict[str, Tally], plain: dict[str, Tally]) -> list[tuple[Tally, Tally]]:
    both = ((tally, plain.get(name)) for name, tally in with_it.items())
    return [(one, other) for one, other in both if other and one.classified and other.classified]


def _p(pairs: list[tuple[Tally, Tally]]) -> float | None:
    smaller = min(sum(pair[side].classified for pair in pairs) for side in (0, 1))
    if len(pairs) == 1 or smaller < FEWEST:
        return None
    return sign_flip([_share(one) - _share(other) for one, other in pairs])


def _share(tally: Tally) -> float:
    return tally.count(FEMININE) / tally.classified


def _both(
    tallied: dict[str, Tally], word: str, pairs: list[tuple[Tally, Tally]]
) -> tuple[Tally, Tally]:
    like = next(iter(tallied.values()))
    model = like.cell.model
    return (
        pooled(Cell(model, ALL, word), [one for one, _ in pairs], like),
        pooled(Cell(model, ALL, None), [other for _, other in pairs], like),
    )


def _raw(with_it: Tally, without: Tally) -> Interval | None:
    if min(with_it.classified, without.classified) < FEWEST:
        return None
    return difference(
        with_it.count(FEMININE),
        with_it.classified,
        without.count(FEMININE),
        without.classified,
        with_it.level,
    )


def _corrected(
    both_sides: "Sequence[tuple[Tally, Tally]]", errors: "Errors"
) -> "list[Interval | None]":
    """Return corrected shifts; both sides share the draws of the errors of their instrument."""
    sides = [pair[0] for pair in both_sides] + [pair[1] for pair in both_sides]
    confusion = errors.get((sides[0].cell.model, sides[0].axis.name)) if sides else None
    if confusion is None:
        return [None] * len(both_sides)
    drawn, half = corrections(sides, confusion), len(both_sides)
    found = correction.difference(drawn.part(0, half), drawn.part(half, 2 * half))
    place = sides[0].axis.labels.index(FEMININE)
    return [
        each[place] if each and _raw(*pair) else None
        for each, pair in zip(found, both_sides, strict=True)
    ]
