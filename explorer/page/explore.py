"""Explore: one model's images, tallies and findings."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.findings.sentences import counted_sentences, headline
from explorer.page.arrangement import Told, arranged
from explorer.page.choice import COMPARE, address, profession
from explorer.page.panels import EXPLORE_PANELS
from explorer.page.report import NOTHING, Asked
from explorer.words.vocabulary import known_profession

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk


def show(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the view of a study of one model, as far as it is stored."""
    (model,), word = choice.models, profession(choice).name
    links = {
        "compare": address(replace(choice, models=pair(model))),
        "report": Asked(model, profession=word if known_profession(word) else NOTHING).address,
    }
    return arranged(desk, choice, findings, _told, EXPLORE_PANELS, links)


def pair(model: str) -> tuple[str, str]:
    """Return a model and one to compare it with."""
    left, right = COMPARE.models
    return model, right if model == left else left


def _told(_choice: "Choice", findings: "Findings") -> Told:
    """Return the share of feminine, and the counts behind it."""
    finding = findings.found("profession")[0]
    lines = " ".join(counted_sentences(finding.tally)), *findings.services
    return Told(headline(finding), tuple(filter(None, lines)))
