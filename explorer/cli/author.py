"""`author`: a hosted model beside Stable Diffusion, on one profession and twenty adjectives."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.counting import By, ByOption, compared, print_energy
from explorer.cli.options import CacheFolder, Changed, Metered, Model, Spending, Whole
from explorer.cli.output import FindingsOutput, print_sentences
from explorer.cli.store import generate_missing, opened, refuse_unusable
from explorer.findings.findings import Findings
from explorer.findings.readable import readable_comparison
from explorer.findings.sentences import finding_sentences
from explorer.study import Study
from explorer.translations import gettext as _
from explorer.words.vocabulary import DEFAULT_YEAR, load_adjectives, own_profession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.corrected import Finding

_BESIDE = "CompVis/stable-diffusion-v1-4"
_COLUMNS = (
    *("adjective", "axis", "label", "left_count", "right_count", "left_share", "right_share", "q"),
    *("left_classified", "right_classified", "left_abstained", "right_abstained"),
    *("left_filtered", "right_filtered", "left_missing", "right_missing"),
)


@app.command(
    help=_(
        "Compare a model with Stable Diffusion 1.4 on images of an author.\n\n"
        "Generates nine images of an author with each of the 20 adjectives, as far as they are "
        "missing, and counts women and skin tones side by side. For a model of a service, say with "
        "--max-cost how much it may cost."
    )
)
def author(
    model: Model,
    /,
    *,
    beside: Annotated[str, Parameter(metavar="NAME", help=_("The other model."))] = _BESIDE,
    profession: Annotated[str, Parameter(metavar="NAME", help=_("The profession."))] = "author",
    images: Annotated[Whole, Parameter(metavar="N", help=_("Images per adjective."))] = 9,
    classifier: Annotated[
        str | None,
        Parameter(
            metavar="NAME",
            help=_("The classifier of both."),
            show_default=_("each model's own"),
        ),
    ] = None,
    spending: Spending = Spending(),
    metered: Metered = Metered(),
    output: FindingsOutput = FindingsOutput(),
    by: ByOption = By.PROFESSION,
    cache: CacheFolder = None,
) -> None:
    """Generate what is missing, and print the counts of both models."""
    settings = metered.applied(spending.applied(machine.load(cache)))
    study = Study(
        models=tuple(Changed().start((model, beside), settings)),
        professions=(own_profession(profession).name,),
        adjectives=tuple(adjective.word for adjective in load_adjectives()),
        images=images,
        classifier=classifier,
    )
    with opened(settings) as store:
        generate_missing(store, settings, study)
        findings = Findings(study, store)
        rows = findings.comparison_rows(by.value, DEFAULT_YEAR)
        if output.write_findings(rows, _COLUMNS, readable_comparison):
            for axis in study.axes:
                for finding in findings.found("profession", axis.name):
                    print_sentences(_by_model(finding))
                print_sentences(compared(findings.differences(by.value, axis.name), by))
            print_energy(findings, store, settings, DEFAULT_YEAR)
        refuse_unusable(store, study)


def _by_model(finding: "Finding") -> "Iterator[str]":
    return (f"{finding.tally.cell.model}: {line}" for line in finding_sentences(finding))
