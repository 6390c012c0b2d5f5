"""Explore: one model's images, tallies and findings."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.findings.corrected import Finding
from explorer.findings.gaps import gap_line, gap_of
from explorer.findings.sentences import finding_sentences
from explorer.page.charts import chart, labels, labour_mark
from explorer.page.choice import COMPARE, EXPLORE, address, profession, references
from explorer.page.energy import energy_lines
from explorer.page.grid import Shown, facts, grid, shown_requests
from explorer.page.known import known_shares
from explorer.page.measured import measured
from explorer.page.navigation import image_tabs
from explorer.page.planned import planned
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.perception.axes import GENDER
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.models.catalog import ModelCard
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.study import Study
    from explorer.words.vocabulary import Profession


def show(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the view of a study of one model, as far as it is stored."""
    study = findings.study
    (card,), subject = study.models, profession(choice)
    # The grid comes first: images that it finds damaged are forgotten and not counted below.
    shown = shown_of(findings, card)
    known, mark = known_shares(card, study), labour_mark(subject, choice.year)
    found = findings.found("profession")
    return render(
        "explore.html",
        address=address(choice),
        tabs_of_view=image_tabs(choice, pronouns=True),
        tables=[table for table in tables() if table.default is EXPLORE],
        compare=address(replace(choice, models=pair(choice.models[0]))),
        beside=address(choice),
        card=card,
        prompt=prompt_text(study),
        told=_told(found, subject if mark and mark.fits else None, choice.year),
        services=findings.services,
        plan=planned(study, findings.errors),
        measured=measured(choice, study),
        charts=[chart(one, mark, known) for one in found],
        gaps=[
            gap_line(gap_of(one, references(choice).get(subject.name)))
            for one in findings.found("profession", GENDER)
        ],
        rows=grid((shown,), study.axes, mark, codings()),
        axes=[(axis, labels(axis)) for axis in study.axes],
        facts=facts(study.axes),
        profession=subject,
        mark=mark,
        energy_lines=energy_lines(desk, choice, [card]),
    )


def shown_of(findings: "Findings", card: "ModelCard") -> Shown:
    """Return one model's images that the grid has room for, and its findings by adjective."""
    requests = shown_requests(findings.study, card)
    return Shown(
        model=card.spec.name,
        requests=requests,
        observations=findings.observations(card, requests),
        found=_by_cell(findings, card),
        images=findings.study.images,
    )


def codings() -> dict[str, str | None]:
    """Return the gender coding of each of the twenty adjectives."""
    return {adjective.word: adjective.coding for adjective in load_adjectives()}


def prompt_text(study: "Study") -> str:
    """Return the prompt, with placeholders where there are several professions."""
    if len(study.professions) > 1:
        return study.template
    adjective = study.adjectives[0] if len(study.adjectives) == 1 else None
    return Prompt(study.professions[0], adjective, study.template).text


def _by_cell(findings: "Findings", card: "ModelCard") -> "tuple[Finding, ...]":
    """Return one model's findings by adjective, axis by axis; only gender has shares to correct."""
    corrected = {one.tally: one for one in findings.found("cell", GENDER)}
    return tuple(
        corrected.get(tally) or Finding(tally)
        for tally in findings.tallies("cell")
        if tally.cell.model == card.spec.name
    )


def _told(
    found: "tuple[Finding, ...]", profession: "Profession | None", year: int
) -> list[tuple[str, list[str]]]:
    """Return a headline for each finding and the sentences behind it, if images are classified.

    `profession` is None where its labour statistic does not fit the word and is left out.
    """
    told = [found[0], *(one for one in found[1:] if one.tally.classified)]
    sentences = (list(finding_sentences(one, profession, year)) for one in told)
    return [(headline, details) for headline, *details in sentences]


def pair(model: str) -> tuple[str, str]:
    """Return a model and one to compare it with."""
    left, right = COMPARE.models
    return model, right if model == left else left
