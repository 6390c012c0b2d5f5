"""The tab of statistics in Explore: all shares side by side, and how they were measured."""

from typing import TYPE_CHECKING

from explorer.findings.gaps import gap_line, gap_of
from explorer.findings.sentences import counted_sentences, finding_sentences
from explorer.page.charts import chart, labour_mark
from explorer.page.choice import EXPLORE, address, profession, references
from explorer.page.energy import energy_lines
from explorer.page.known import known_shares
from explorer.page.measured import measured
from explorer.page.planned import planned
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.perception.axes import GENDER

if TYPE_CHECKING:
    from explorer.findings.corrected import Finding
    from explorer.findings.findings import Findings
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.words.vocabulary import Profession


def panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the statistics of one model's images of a profession."""
    study, subject = findings.study, profession(choice)
    (card,), mark = study.models, labour_mark(subject, choice.year)
    known, found = known_shares(card, study), findings.found("profession")
    return render(
        "statistics.html",
        address=address(choice),
        tables=[table for table in tables() if table.default is EXPLORE],
        card=card,
        told=_told(found, subject if mark and mark.fits else None, choice.year),
        plan=planned(study, findings.errors),
        measured=measured(choice, study),
        charts=[chart(one, mark, known) for one in found],
        gaps=[
            gap_line(gap_of(one, references(choice).get(subject.name)))
            for one in findings.found("profession", GENDER)
        ],
        profession=subject,
        energy_lines=energy_lines(desk, choice, [card]),
    )


def _told(
    found: "tuple[Finding, ...]", profession: "Profession | None", year: int
) -> list[tuple[str, list[str]]]:
    """Return a headline for each finding and the sentences behind it, if images are classified.

    `profession` is None where its labour statistic does not fit the word and is left out.
    """
    told = [found[0], *(one for one in found[1:] if one.tally.classified)]
    sentences = (list(finding_sentences(one, profession, year)) for one in told)
    # The counts of the first are in the finding above.
    above = set(counted_sentences(found[0].tally, found[0].tally.cell.model))
    return [
        (headline, [line for line in details if line not in above])
        for headline, *details in sentences
    ]
