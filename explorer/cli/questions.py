"""The commands for one question each: gaps, adjectives, the number of images needed."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import ALL, NONE, Asked, CacheFolder, Changed, Model, Year
from explorer.cli.output import FindingsOutput, Output, print_sentences
from explorer.cli.store import opened, say_missing
from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.gaps import gap_sentences, headline
from explorer.findings.plans import PRESETS, Size, plan, plan_rows, plan_sentences
from explorer.findings.readable import readable_gap, readable_shift, readable_tones
from explorer.findings.sentences import clear_sentences
from explorer.findings.shifts import shift_sentences
from explorer.models.catalog import known_models
from explorer.perception.axes import GENDER
from explorer.translations import gettext as _
from explorer.words.references import checked_year, labour_references, read_references
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from explorer.settings import Settings
    from explorer.statistics.confusion import Confusion
    from explorer.study import Study
    from explorer.words.references import Reference

_GAP_COLUMNS = (
    *("profession", "classified", "abstained", "share", "share_low", "share_high"),
    *("reference_share", "reference_match", "gap", "gap_low", "gap_high", "amplification"),
    *("counts", "q"),
)
_TONE_COLUMNS = (
    *("profession", "classified", "abstained", "total_variation", "total_variation_by_chance"),
    *("total_variation_line", "wasserstein_steps", "jensen_shannon_bits", "jensen_shannon_line"),
)
_SHIFT_COLUMNS = (
    *("adjective", "adjective_coding", "professions", "with_classified", "without_classified"),
    *("corrected_shift", "corrected_shift_low", "corrected_shift_high"),
    *("shift", "shift_low", "shift_high", "p", "q"),
)
_PLAN_COLUMNS = (
    *("study", "professions", "adjectives", "images", "profession_images", "model_images"),
    *("half_width_cell", "half_width_profession", "half_width_model", "least_difference", "enough"),
)


@app.command(
    help=_(
        "Compare a model with a reference, profession by profession.\n\n"
        "The feminine share with women's share among US workers, or with --axis tone the tones "
        "with all being equally frequent: one axis at a time, gender by default. Nothing is "
        "generated."
    )
)
def gap(
    model: Model,
    /,
    *,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: FindingsOutput = FindingsOutput(),
    reference: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help=_("A CSV file with the columns profession and share (women's: 0.25 or 25%)."),
            show_default=_("the labour statistics"),
        ),
    ] = None,
    year: Year = DEFAULT_YEAR,
    cache: CacheFolder = None,
) -> None:
    """Print how far a model is from a reference, profession by profession."""
    settings = machine.load(cache)
    checked_year(year)
    one_axis = replace(asked, axis=(asked.one_axis(GENDER),))
    study = one_axis.study(changed.cards([model], settings))
    gender = study.axes[0].name == GENDER
    if reference and not gender:
        pattern = _("--reference {path!r} holds women's shares: leave --axis out.")
        raise InvalidData(pattern.format(path=str(reference)))
    references = _references(reference, year, study) if gender else {}
    with opened(settings) as store:
        findings = Findings(study, store)
        if gender:
            _show_gaps(findings, output, references, _beside(reference, year))
        else:
            _show_tones(findings, output)
        say_missing(study, store)


@app.command(
    help=_(
        "Report how far each adjective moves the feminine share.\n\n"
        "Compared with the prompt without one, on the same professions. Nothing is generated."
    )
)
def adjectives(
    model: Model,
    /,
    *,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: FindingsOutput = FindingsOutput(),
    cache: CacheFolder = None,
) -> None:
    """Print the shift of the feminine share with each adjective."""
    settings = machine.load(cache)
    if asked.one_axis(GENDER) != GENDER:
        pattern = _("--axis is {axis!r}. Adjectives are reported for 'gender' only.")
        raise InvalidData(pattern.format(axis=asked.axis[0]))
    with_none = replace(asked, axis=(GENDER,), adjective=_with_none(asked))
    study = with_none.study(changed.cards([model], settings))
    with opened(settings) as store:
        findings = Findings(study, store)
        if output.write_findings(findings.shift_rows, _SHIFT_COLUMNS, readable_shift):
            moved = findings.shifts
            print_sentences((*shift_sentences(moved), *clear_sentences(one.q for one in moved)))
        say_missing(study, store)


@app.command(
    name="plan",
    help=_(
        "Report how many images a question needs.\n\n"
        "Also the precision of the images asked for, of all professions by default, and of some "
        "usual studies. With --model, the known error rates of its instrument are allowed for."
    ),
)
def report_plan(
    *,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: Output = Output(),
    difference: Annotated[
        float,
        Parameter(metavar="POINTS", help=_("The difference to detect, in percentage points.")),
    ] = 10,
    model: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help=_("A model whose errors are allowed for; repeatable.")),
    ] = (),
    cache: CacheFolder = None,
) -> None:
    """Print the number of images that a difference needs."""
    settings = machine.load(cache)
    names = model or (known_models(settings.device)[0].spec.name,)
    study = asked.of_all().study(changed.cards(names, settings))
    found = plan(difference, _gender_errors(study, settings) if model else [])
    size = Size("asked for", len(study.professions), len(study.adjectives), study.images)
    if output.write(plan_rows(found, (size, *PRESETS)), _PLAN_COLUMNS):
        print_sentences(plan_sentences(found, size))


def _gender_errors(study: "Study", settings: "Settings") -> "list[Confusion]":
    with opened(settings) as store:
        errors = Findings(study, store).errors
    return [one for (_, axis), one in errors.items() if axis == GENDER]


def _show_gaps(
    findings: Findings, output: FindingsOutput, references: "dict[str, Reference]", beside: str
) -> None:
    if output.write_findings(findings.gap_rows(references), _GAP_COLUMNS, readable_gap):
        found = findings.gaps(references)
        remark = _(
            "The reference counts people, the classifier counts how images look. The gap describes "
            "a model and does not say what the model should show."
        )
        sentences = gap_sentences(found, headline(found), beside)
        print_sentences((*sentences, *clear_sentences(gap.q for gap in found.rows), remark))


def _show_tones(findings: Findings, output: FindingsOutput) -> None:
    if output.write_findings(findings.tone_rows, _TONE_COLUMNS, readable_tones):
        remark = _(
            "Compared with all tones being equally frequent, which describes and does not mean "
            "fair. Few images always give some distance: only one above its line shows that the "
            "tones differ."
        )
        print_sentences([remark])


def _references(path: Path | None, year: int, study: "Study") -> "dict[str, Reference]":
    return labour_references(year) if path is None else read_references(path, study.professions)


def _beside(path: Path | None, year: int) -> str:
    """Return the name that sentences give the reference of the gaps."""
    if path is None:
        return _("the labour statistics of {year}").format(year=year)
    return repr(str(path))


def _with_none(asked: Asked) -> tuple[str, ...]:
    """Return the adjectives asked for, and none, which all are compared with."""
    given = asked.adjective or (() if asked.own_adjective else (ALL,))
    named = set(map(str.casefold, given))
    if named == {NONE} and not asked.own_adjective:
        raise InvalidData(_("--adjective is 'none' only. Name one, or leave it out for all 20."))
    return given if {ALL, NONE} & named else (NONE, *given)
