"""Build a report card from what is stored; nothing is generated, classified or downloaded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.corrected import findings as correct
from explorer.findings.findings import Findings
from explorer.findings.gaps import headline
from explorer.findings.tallies import ALL, Cell, pooled
from explorer.report.beside import beside_other
from explorer.report.card import SCHEMA_VERSION, Card
from explorer.report.checks import instruments
from explorer.report.costs import energy, lifecycle
from explorer.report.headlines import headlines, nothing_clear
from explorer.report.origin import commands, model, provenance
from explorer.report.pictures import grid
from explorer.report.scope import limits, meant_for, says_not
from explorer.report.sections import adjectives, counted, not_begun, professions, tones
from explorer.report.spoken import pronouns
from explorer.report.stored import stored_studies
from explorer.words.references import labour_references
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from datetime import date

    from explorer.findings.corrected import Finding
    from explorer.footprint.grids import Grid
    from explorer.footprint.hardware import Hardware
    from explorer.models.catalog import ModelCard
    from explorer.store.index import Store
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a card is asked to tell beside the model itself; None leaves it out.

    `profession` is the one whose images are shown; None chooses the most telling one. `place` is
    the grid that the electricity comes from, `hardware` the device that somebody named, and
    `device` the kind of device of this machine.
    """

    against: "ModelCard | None" = None
    language_model: str | None = None
    profession: str | None = None
    year: int = DEFAULT_YEAR
    place: "Grid | None" = None
    hardware: "Hardware | None" = None
    device: str = "cpu"


def build(card: "ModelCard", store: "Store", made_on: "date", wanted: Wanted = Wanted()) -> Card:
    """Return the report card of a model.

    Raises:
        InputError: the model has no images, or a name is unknown.
        StoreError: the cache cannot be used.
    """
    stored = stored_studies(card, store)
    main = Findings(stored.main, store)
    worded = _worded(stored.worded, main, store)
    found = main.gaps(labour_references(wanted.year))
    summary = headline(found)
    of_professions = professions(found, summary, wanted.year, card)
    moved = adjectives(worded, card)
    toned = tones(_together(main, "tone"), card)
    other = beside_other(stored, store, wanted.against) if wanted.against else None
    said = pronouns(wanted.language_model, store, wanted.year)
    told = headlines(of_professions, moved.rows, toned[1], other, said)
    return Card(
        schema_version=SCHEMA_VERSION,
        model=model(card),
        made_on=made_on.isoformat(),
        headlines=told,
        nothing=None if told else nothing_clear(found),
        grid=grid(found, stored, store, wanted.profession, wanted.year),
        professions=of_professions,
        adjectives=moved,
        tones=toned[0],
        beside=other,
        pronouns=said,
        energy=tuple(
            energy(one, store, wanted.device, wanted.place, wanted.hardware)
            for one in (card, wanted.against)
            if one
        ),
        lifecycle=lifecycle(card, wanted.place),
        counted=counted(main, worded),
        services=tuple(dict.fromkeys((*main.services, *(worded.services if worded else ())))),
        not_begun=not_begun(stored, card),
        instruments=instruments(main, store, card),
        provenance=provenance(main, card, wanted.year),
        commands=commands(stored, card, wanted.against, wanted.language_model),
        meant_for=meant_for(card),
        limits=limits(stored.main, summary),
        says_not=says_not(),
    )


def _worded(study: "Study | None", main: Findings, store: "Store") -> Findings | None:
    if study is None:
        return None
    return main if study is main.study else Findings(study, store)


def _together(main: Findings, axis: str) -> "Finding":
    """Return all images of a study as one finding on an axis."""
    tallies = main.tallies("profession", axis)
    cell = Cell(tallies[0].cell.model, ALL, ALL)
    return correct([pooled(cell, tallies, tallies[0])], main.errors)[0]
