"""The commands that count and list stored images: `tally`, `images`, `compare`."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.annotation.sampling import calibrated as calibrate
from explorer.cli.app import app
from explorer.cli.options import Asked, CacheFolder, Changed, Models, Year
from explorer.cli.output import FindingsOutput, Output, print_sentences, say
from explorer.cli.store import opened, say_missing, say_services
from explorer.findings.differences import by_models
from explorer.findings.findings import Findings
from explorer.findings.readable import readable_comparison, readable_image, readable_tally
from explorer.findings.sentences import clear_sentences, finding_sentences
from explorer.findings.verdicts import comparison_sentences
from explorer.footprint.beside import BESIDE_COLUMNS, beside_bias
from explorer.footprint.grids import find_grid
from explorer.footprint.measured_report import energy_line
from explorer.perception.axes import GENDER
from explorer.translations import gettext as _
from explorer.words.references import checked_year, labour_references
from explorer.words.vocabulary import DEFAULT_YEAR, known_profession

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.findings.corrected import Finding
    from explorer.findings.differences import Difference
    from explorer.models.catalog import ModelCard
    from explorer.settings import Settings
    from explorer.store.index import Store
    from explorer.study import Study

_TALLY_COLUMNS = (
    *("model", "profession", "adjective", "axis", "label", "count"),
    *("corrected_share", "corrected_low", "corrected_high", "share", "share_low", "share_high"),
    *("abstained", "abstained_reasons", "filtered", "unclassified", "missing", "reference_share"),
)
_COMPARISON_COLUMNS = (
    *("profession", "adjective", "axis", "label", "left_share", "right_share"),
    *("corrected_difference", "corrected_difference_low", "corrected_difference_high"),
    *("difference", "difference_low", "difference_high", "p", "q", "verdict"),
    *("left_classified", "right_classified", "left_abstained", "right_abstained"),
    *("left_filtered", "right_filtered", "reference_share"),
)


class By(StrEnum):
    """The groups that have a row each in a tally."""

    PROFESSION = "profession"
    ADJECTIVE = "adjective"
    CELL = "cell"


ByOption = Annotated[By, Parameter(help=_("The groups that have a row each."))]
Calibrated = Annotated[
    bool,
    Parameter(
        help=_(
            "Classify again from the stored scores, with the temperature, bias and threshold that "
            "are fitted to annotations: one model, gender only."
        ),
    ),
]


@app.command(
    help=_(
        "Count the stored images, with intervals.\n\n"
        "Nothing is generated; images that are not there are counted as missing."
    )
)
def tally(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: FindingsOutput = FindingsOutput(),
    by: ByOption = By.PROFESSION,
    year: Year = DEFAULT_YEAR,
    calibrated: Calibrated = False,
    cache: CacheFolder = None,
) -> None:
    """Print the tally of each group, and the sentences on each profession."""
    settings = machine.load(cache)
    with opened(settings) as store:
        study = _answering(asked, changed.cards(model, settings), store, calibrated=calibrated)
        findings = Findings(study, store)
        rows = findings.tally_rows(by.value, checked_year(year))
        for_people = output.write_findings(rows, _TALLY_COLUMNS, readable_tally)
        if for_people and by is By.PROFESSION:
            for finding in findings.found("profession"):
                print_sentences(_sentences(finding, year))
        say_services(store, study)
        say_missing(study, store)


@app.command(
    help=_(
        "List the stored images and how they were classified.\n\n"
        "One row for each stored image; nothing is generated."
    )
)
def images(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: FindingsOutput = FindingsOutput(),
    calibrated: Calibrated = False,
    cache: CacheFolder = None,
) -> None:
    """Print a row for each stored image."""
    settings = machine.load(cache)
    with opened(settings) as store:
        study = _answering(asked, changed.cards(model, settings), store, calibrated=calibrated)
        findings = Findings(study, store)
        labels = tuple(f"{axis.name}_label" for axis in study.axes)
        columns = ("model", "profession", "adjective", "replicate", *labels, "filtered", "file")
        rows = findings.image_rows()
        output.write_findings(rows, columns, readable_image, findings.image_columns)
        say_missing(study, store)


@app.command(
    help=_(
        "Compare models on the same prompts and seeds.\n\n"
        "Differences are the first model minus another one. Nothing is generated."
    )
)
def compare(
    left: Annotated[str, Parameter(help=_("The first model."))],
    right: Annotated[str, Parameter(help=_("The second model."))],
    /,
    *others: Annotated[str, Parameter(help=_("Further models, each compared with the first."))],
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: FindingsOutput = FindingsOutput(),
    by: ByOption = By.PROFESSION,
    year: Year = DEFAULT_YEAR,
    cache: CacheFolder = None,
) -> None:
    """Print the differences between models, and which of them are clear enough to report."""
    settings = machine.load(cache)
    study = asked.study(changed.cards((left, right, *others), settings))
    with opened(settings) as store:
        findings = Findings(study, store)
        rows = findings.comparison_rows(by.value, checked_year(year))
        columns = ("right_model", *_COMPARISON_COLUMNS) if others else _COMPARISON_COLUMNS
        if output.write_findings(rows, columns, readable_comparison):
            for axis in study.axes:
                for found in by_models(findings.differences(by.value, axis.name)).values():
                    print_sentences(compared(found, by))
            print_energy(findings, store, settings, checked_year(year))
        say_services(store, study)
        say_missing(study, store)


def print_energy(findings: Findings, store: "Store", settings: "Settings", year: int) -> None:
    """Print the energy of both models' images beside their bias, and how it was obtained."""
    grid = find_grid(settings.country, settings.region)
    beside = beside_bias(findings, store, labour_references(year), grid)
    print()
    Output().write([one.row for one in beside], BESIDE_COLUMNS)
    print_sentences(energy_line(one.card, store, grid) for one in beside)


def _answering(
    asked: Asked, cards: "list[ModelCard]", store: "Store", *, calibrated: bool
) -> "Study":
    """Return the study, with calibrated answers if that is asked for; say how."""
    if not calibrated:
        return asked.study(cards)
    study = calibrate(replace(asked, axis=asked.axis or (GENDER,)).study(cards), store)
    if found := study.recalibration:
        pattern = _(
            "Answers are calibrated, {how}, on {number} annotated images. Their error rates are "
            "estimated by cross-fitting: each image is classified with temperatures and biases "
            "that were fitted to other images."
        )
        say(pattern.format(how=found, number=found.annotated))
    return study


def compared(found: "Sequence[Difference]", by: By) -> "Iterator[str]":
    """Yield the verdict on an axis, what is behind it, and the meaning of "clear"."""
    yield from comparison_sentences(found, by.value)
    yield from clear_sentences(test.q for one in found for test in one.tests if test)


def _sentences(finding: "Finding", year: int) -> "Iterator[str]":
    name = finding.tally.cell.profession
    profession = known_profession(name) if isinstance(name, str) else None
    return finding_sentences(finding, profession, year)
