"""Shifts: the change of the feminine share when a prompt gains an adjective."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.corrected import NO_ERRORS, corrections
from explorer.findings.sentences import difference_text, how_many_are_clear, is_clear
from explorer.findings.tallies import ALL, Cell, Tally, pooled
from explorer.perception.axes import FEMININE
from explorer.statistics import correction
from explorer.statistics.intervals import FEWEST, Interval, difference
from explorer.statistics.significance import FEWEST_TO_FLIP, benjamini_hochberg, sign_flip
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.findings.corrected import Errors


@dataclass(frozen=True, slots=True)
class Shift:
    """The effect of one adjective on one model's images of the same professions.

    `with_it` and `without` cover the professions that have classified images both with and without
    the adjective; `professions` is their number. `raw` and `corrected` are the feminine share with
    the adjective minus the share without it, -1..1. Both are None if either side has too few
    images, `corrected` also if the instrument's errors are unknown. `p` is that of a sign-flip test
    over professions, None with too few images or professions; `q` is adjusted for all adjectives.
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

    @property
    def clear(self) -> bool:
        """Whether the shift is clear enough to report."""
        return is_clear(self.q, self.best)


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
    p_values = [_p(*row) for row in zip(pairs.values(), both_sides, strict=True)]
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
    """Yield the number of shifts that are clear enough to report, and a sentence for each."""
    tests = sum(shift.p is not None for shift in found)
    if not tests:
        yield _untested(max((shift.professions for shift in found), default=0))
        return
    clear = [shift for shift in found if shift.clear]
    yield how_many_are_clear(len(clear), tests, _("shift"), _("shifts"))
    yield from (shift_sentence(shift, shift.best) for shift in clear if shift.best)


def _untested(professions: int) -> str:
    if 0 < professions < FEWEST_TO_FLIP:
        return ngettext(
            "{number} profession is too few to test adjectives: at least {fewest} are needed.",
            "{number} professions are too few to test adjectives: at least {fewest} are needed.",
            professions,
        ).format(number=professions, fewest=FEWEST_TO_FLIP)
    return _("Too few images to test adjectives: at least {fewest} are needed with each.").format(
        fewest=FEWEST
    )


def shift_sentence(shift: Shift, best: Interval) -> str:
    """Return a sentence on one shift; `best` is the corrected one, else the raw one."""
    pattern = (
        _(
            "With {adjective}, images look feminine more often than without an adjective: "
            "{difference} ({how})."
        )
        if best.estimate >= 0
        else _(
            "With {adjective}, images look feminine less often than without an adjective: "
            "{difference} ({how})."
        )
    )
    return pattern.format(
        adjective=repr(word("adjective", shift.adjective)),
        how=_("corrected") if shift.corrected else _("as counted"),
        difference=difference_text(best),
    )


def _pairs(with_it: dict[str, Tally], plain: dict[str, Tally]) -> list[tuple[Tally, Tally]]:
    both = ((tally, plain.get(name)) for name, tally in with_it.items())
    return [(one, other) for one, other in both if other and one.classified and other.classified]


def _p(pairs: list[tuple[Tally, Tally]], both: tuple[Tally, Tally]) -> float | None:
    if len(pairs) < FEWEST_TO_FLIP or not _are_enough(*both):
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


def _are_enough(with_it: Tally, without: Tally) -> bool:
    return with_it.enough and without.enough


def _raw(with_it: Tally, without: Tally) -> Interval | None:
    if not _are_enough(with_it, without):
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
