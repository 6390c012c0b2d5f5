"""Compare: several models on the same prompts and seeds."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.findings.differences import by_models
from explorer.findings.verdicts import verdict_sentences
from explorer.page.arrangement import Told, arranged
from explorer.page.choice import address
from explorer.page.panels import COMPARE_PANELS
from explorer.page.report import Asked
from explorer.perception.axes import GENDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.findings import Findings
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk


def show(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the view of a study of several models, as far as it is stored."""
    first, second, *_others = choice.models
    links = {
        "explore": address(
            replace(choice, models=choice.models[:1], professions=choice.professions[:1])
        ),
        "report": Asked(first, second).address,
    }
    return arranged(desk, choice, findings, _told, COMPARE_PANELS, links)


def _told(_choice: "Choice", findings: "Findings") -> Told:
    """Return the verdict on each axis."""
    headline, *others = _verdicts(findings)
    return Told(headline, (*others, *findings.services))


def _verdicts(findings: "Findings") -> "Iterator[str]":
    """Yield the verdict on gender, then those on other axes."""
    for of_two in by_models(findings.differences("profession", GENDER)).values():
        yield from verdict_sentences(of_two, "profession")
    # Correcting tones of many professions is slow; these are told with the statistics.
    if len(findings.study.professions) == 1:
        for one in findings.differences("profession"):
            if one.comparison.left.axis.name != GENDER:
                yield from verdict_sentences([one], "profession")
