"""Compare: two models on the same prompts and seeds."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.findings.comparison import compare
from explorer.findings.sentences import FEMININE, FEWEST_FOR_A_SHARE, subject
from explorer.findings.tallies import tally
from explorer.page.charts import labels, labour_mark, pair_chart
from explorer.page.choice import COMPARE, address, profession
from explorer.page.explore import codings, prompt_text, shown_of
from explorer.page.grid import facts, grid
from explorer.page.known import known_shares
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.words.labour import labour_statistic

if TYPE_CHECKING:
    from explorer.findings.comparison import Comparison
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.statistics.intervals import Interval
    from explorer.study import Study
    from explorer.words.vocabulary import Profession


def show(desk: "Desk", choice: "Choice", study: "Study") -> str:
    """Render what is stored of a study of two models."""
    chosen = profession(choice)
    shown = [shown_of(desk, study, card) for card in study.models]
    left, right = (tally(one.observations, one.requests, study.axes, "profession") for one in shown)
    known = [known_shares(card, study) for card in study.models]
    comparisons = compare(left, right)
    return render(
        "compare.html",
        address=address(choice),
        tables=[table for table in tables() if table.default is COMPARE],
        explore=address(replace(choice, models=choice.models[:1])),
        cards=study.models,
        prompt=prompt_text(study),
        sentence=sentence(comparisons[0], chosen),
        charts=[pair_chart(one, chosen, known) for one in comparisons],
        rows=grid(shown, study.axes, desk.store, chosen, codings()),
        axes=[(axis, labels(axis)) for axis in study.axes],
        facts=facts(study.axes),
        profession=chosen,
        mark=labour_mark(chosen),
    )


def sentence(comparison: "Comparison", profession: "Profession") -> str:
    """Say how often each model shows women, and how sure it is that they differ."""
    parts = (_found(comparison), labour_statistic(profession))
    return "; ".join(part for part in parts if part) + "."


def _found(comparison: "Comparison") -> str:
    left, right = comparison.left, comparison.right
    whom = subject(left.cell)
    label = FEMININE if FEMININE in left.axis.labels else left.axis.labels[0]
    difference = comparison.differences[left.axis.labels.index(label)]
    if difference is None or min(left.judged, right.judged) < FEWEST_FOR_A_SHARE:
        return (
            f"Too few pictures of {whom} to compare: {left.judged} by {left.cell.model} and "
            f"{right.judged} by {right.cell.model} are judged"
        )
    shares = " against ".join(f"{share.estimate:.0%}" for share in _shares(comparison, label))
    return (
        f"Pictures of {whom} by {_verdict(comparison, difference, f'perceived as {label}')}: "
        f"{shares} ({difference.level:.0%} interval of the difference {_points(difference)})"
    )


def _verdict(comparison: "Comparison", difference: "Interval", perceived: str) -> str:
    left, right = comparison.left.cell.model, comparison.right.cell.model
    if difference.low <= 0 <= difference.high:
        return f"{left} and {right} do not clearly differ in how often they are {perceived}"
    often = "more" if difference.low > 0 else "less"
    return f"{left} are {perceived} {often} often than those by {right}"


def _shares(comparison: "Comparison", label: str) -> "list[Interval]":
    shares = (comparison.left.share(label), comparison.right.share(label))
    return [share for share in shares if share is not None]


def _points(difference: "Interval") -> str:
    low, high = (
        f"{round(100 * value)}".replace("-", "\N{MINUS SIGN}")
        for value in (difference.low, difference.high)
    )
    return f"{low} to {high} points"
