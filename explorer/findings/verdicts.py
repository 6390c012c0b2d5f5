"""The verdicts on two models in sentences; the page and the command line print the same."""

from collections import Counter
from typing import TYPE_CHECKING

from explorer.findings.differences import Verdict, judged
from explorer.findings.sentences import difference_text, how_many_are_clear, look, subject
from explorer.perception.axes import GENDER
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.findings.differences import Difference
    from explorer.findings.tallies import By
    from explorer.perception.axes import Axis


def comparison_sentences(of_one_axis: "Sequence[Difference]", by: "By") -> "Iterator[str]":
    """Yield the verdict on one axis, the differences behind it, and the caveats.

    Args:
        of_one_axis: the differences of two models on one axis.
        by: the groups that have a difference each.
    """
    yield from verdict_sentences(of_one_axis, by)
    yield from _details(of_one_axis)
    yield from notes(of_one_axis)


def verdict_sentences(of_one_axis: "Sequence[Difference]", by: "By") -> "Iterator[str]":
    """Yield the verdict on one axis; arguments as in comparison_sentences."""
    axis = of_one_axis[0].comparison.left.axis
    if axis.name != GENDER:
        text = _on_labels(of_one_axis)
        yield _("{axis}: {verdict}").format(axis=axis.title, verdict=f"{text[0].lower()}{text[1:]}")
    elif len(of_one_axis) == 1:
        yield _on_one(of_one_axis[0])
    else:
        yield from _on_several(of_one_axis, by)


def notes(found: "Iterable[Difference]") -> "Iterator[str]":
    """Yield each caveat once."""
    yield from dict.fromkeys(one.note for one in found if one.note)


def difference_sentence(difference: "Difference", position: int) -> str | None:
    """Return a sentence on the difference of one label, or None if there is no difference."""
    left, right = difference.comparison.left, difference.comparison.right
    best = difference.best(position)
    if best is None or not difference.comparison.enough:
        return None
    patterns = {
        Verdict.MORE: _(
            "Images of {subject} by {left} {look} more often than those by {right}: {difference} "
            "({how})."
        ),
        Verdict.LESS: _(
            "Images of {subject} by {left} {look} less often than those by {right}: {difference} "
            "({how})."
        ),
    }
    otherwise = _("Images of {subject} that {look}, {left} minus {right}: {difference} ({how}).")
    verdict = difference.verdict(position)
    return (patterns.get(verdict, otherwise) if verdict else otherwise).format(
        subject=subject(left.cell),
        left=left.cell.model,
        right=right.cell.model,
        look=look(left.axis, left.axis.labels[position]),
        difference=difference_text(best),
        how=_("corrected") if difference.corrected else _("as counted"),
    )


def _on_one(difference: "Difference") -> str:
    """Return the verdict on one group in gender."""
    (position,) = judged(difference.comparison.left.axis)
    if not difference.family:
        return _untested([difference])
    told = difference_sentence(difference, position) if difference.clear else None
    return told or how_many_are_clear(0, 1, *_tested(difference.comparison.left.axis))


def _on_several(found: "Sequence[Difference]", by: "By") -> "Iterator[str]":
    """Yield the verdict on several groups in gender."""
    tested = [one for one in found if any(one.tests)]
    if len(tested) <= 1:
        yield _on_one(*tested) if tested else _untested(found)
    else:
        yield _directions(tested, _groups(by))
    if tested and len(tested) < len(found):
        yield _("{number} of {all} {groups}: enough images and prompts to test.").format(
            number=len(tested), all=len(found), groups=_groups(by)
        )


def _directions(tested: "Sequence[Difference]", groups: str) -> str:
    """Return the number of clear differences in each direction."""
    axis = tested[0].comparison.left.axis
    (position,) = judged(axis)
    verdicts = Counter(one.verdict(position) for one in tested)
    more, less = verdicts[Verdict.MORE], verdicts[Verdict.LESS]
    if not (more or less):
        return how_many_are_clear(0, len(tested), *_tested(axis))
    if more and less:
        pattern = _(
            "Images by {left} {look} more often than those by {right} for {more} of {tested} "
            "tested {groups}, and less often for {less}."
        )
    elif more:
        pattern = _(
            "Images by {left} {look} more often than those by {right} for {more} of {tested} "
            "tested {groups}."
        )
    else:
        pattern = _(
            "Images by {left} {look} less often than those by {right} for {less} of {tested} "
            "tested {groups}."
        )
    return pattern.format(
        left=tested[0].comparison.left.cell.model,
        right=tested[0].comparison.right.cell.model,
        look=look(axis, axis.labels[position]),
        more=more,
        less=less,
        tested=len(tested),
        groups=groups,
    )


def _groups(by: "By") -> str:
    return {
        "profession": _("professions"),
        "adjective": _("adjectives"),
        "cell": _("combinations of profession and adjective"),
    }[by]


def _on_labels(found: "Sequence[Difference]") -> str:
    """Return the verdict on an axis of several labels."""
    clear, family = sum(len(one.clear) for one in found), found[0].family
    if not family:
        return _untested(found)
    return how_many_are_clear(clear, family, *_tested(found[0].comparison.left.axis))


def _untested(found: "Sequence[Difference]") -> str:
    """Return the reason why nothing is tested: prompts where they would be enough images."""
    left, right = found[0].comparison.left.cell.model, found[0].comparison.right.cell.model
    few = any(
        one.verdict(judged(one.comparison.left.axis)[0]) is Verdict.FEW_PROMPTS for one in found
    )
    pattern = (
        _("Too few prompts to test {left} against {right}.")
        if few
        else _("Too few images to compare {left} and {right}.")
    )
    return pattern.format(left=left, right=right)


def _tested(axis: "Axis") -> tuple[str, str]:
    """Return the thing tested on an axis, and its plural."""
    if axis.name != GENDER:
        return _("difference"), _("differences")
    return (
        _("difference in how often images look feminine"),
        _("differences in how often images look feminine"),
    )


def _details(found: "Sequence[Difference]") -> "Iterator[str]":
    """Yield each clear difference that the verdict does not tell itself."""
    axis = found[0].comparison.left.axis
    told = [(one, position) for one in found for position in one.clear]
    if len(found) == 1 and axis.name == GENDER:
        told = [] if told else [(found[0], judged(axis)[0])]
    yield from filter(None, (difference_sentence(*one) for one in told))
