"""The commands for one question each: gaps, adjectives, the number of images needed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer import settings as machine
from explorer.cli.commands import app, opened, say_missing
from explorer.cli.options import ALL, NONE, Asked, CacheFolder, Changed, Year, spread
from explorer.cli.output import Output
from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.gaps import gap_sentences, headline
from explorer.findings.plans import PRESETS, Size, plan, plan_rows, plan_sentences
from explorer.findings.shifts import shift_sentences
from explorer.models.catalog import known_models
from explorer.perception.axes import GENDER
from explorer.words.references import checked_year, labour_references, read_references
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from explorer.settings import Settings
    from explorer.statistics.confusion import Confusion
    from explorer.study import Study
    from explorer.words.references import Reference

_GAP_COLUMNS = (
    *(
        "profession",
        "classified",
        "abstained",
        "share",
        "share_low",
        "share_high",
        "reference_share",
    ),
    *("reference_match", "gap", "gap_low", "gap_high", "amplification", "counts", "q"),
)
_TONE_COLUMNS = (
    *("profession", "classified", "abstained", "total_variation", "total_variation_by_chance"),
    *("total_variation_line", "wasserstein_steps", "jensen_shannon_bits", "jensen_shannon_line"),
)
_SHIFT_COLUMNS = (
    *(
        "adjective",
        "adjective_coding",
        "professions",
        "with_classified",
        "without_classified",
        "shift",
    ),
    *("shift_low", "shift_high", "corrected_shift", "corrected_shift_low", "corrected_shift_high"),
    *("p", "q"),
)
_PLAN_COLUMNS = (
    *("study", "professions", "adjectives", "images", "profession_images", "model_images"),
    *("half_width_cell", "half_width_profession", "half_width_model", "least_difference", "enough"),
)
_TONES_TOLD = (
    "Compared with all tones being equally frequent, which describes and does not mean fair. Few "
    "images always give some distance: only one above its line shows that the tones differ."
)
_NOT_THE_SAME = (
    "The reference counts people, the classifier counts how images look. The gap describes a model "
    "and does not say what the model should show."
)

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model.")]


@app.command()
@spread
def gap(
    model: Model,
    asked: Asked,
    changed: Changed,
    output: Output,
    reference: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A CSV file with the columns profession and share (women's, 0 to 1).  [default: "
            "the labour statistics]",
        ),
    ] = None,
    year: Year = DEFAULT_YEAR,
    cache: CacheFolder = None,
) -> None:
    """Compare a model with a reference, profession by profession.

    The feminine share with women's share among US workers, or with --axis tone the tones with all
    being equally frequent: one axis at a time, gender by default. Nothing is generated.
    """
    settings = machine.load(cache)
    checked_year(year)
    study = replace(asked, axis=[_one_axis(asked)]).study(changed.cards([model], settings))
    if reference and study.axes[0].name != GENDER:
        raise InvalidData(f"--reference {str(reference)!r} holds women's shares: leave --axis out.")
    references = _references(reference, year, study)
    beside = f"the labour statistics of {year}" if reference is None else repr(str(reference))
    with opened(settings) as store:
        findings = Findings(study, store)
        if study.axes[0].name == GENDER:
            _show_gaps(findings, output, references, beside)
        elif output.write(findings.tone_rows, _TONE_COLUMNS):
            _print([_TONES_TOLD])
        say_missing(study, store)


@app.command()
@spread
def adjectives(
    model: Model, asked: Asked, changed: Changed, output: Output, cache: CacheFolder = None
) -> None:
    """Report how far each adjective moves the feminine share.

    Compared with the prompt without one, on the same professions. Nothing is generated.
    """
    settings = machine.load(cache)
    if _one_axis(asked) != GENDER:
        raise InvalidData(f"--axis is {asked.axis!r}. Adjectives are reported for 'gender' only.")
    study = replace(asked, axis=[GENDER], adjective=_with_none(asked)).study(
        changed.cards([model], settings)
    )
    with opened(settings) as store:
        findings = Findings(study, store)
        if output.write(findings.shift_rows, _SHIFT_COLUMNS):
            _print(shift_sentences(findings.shifts))
        say_missing(study, store)


@app.command("plan")
@spread
def tell_plan(
    asked: Asked,
    changed: Changed,
    output: Output,
    difference: Annotated[
        float,
        typer.Option(metavar="POINTS", help="The difference to detect, in percentage points."),
    ] = 10,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A model whose errors are allowed for; repeatable."),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Report how many images a question needs.

    Also the precision of the images asked for, of all professions by default, and of some usual
    studies. With --model, the known error rates of its instrument are allowed for.
    """
    settings = machine.load(cache)
    names = model or [known_models(settings.device)[0].spec.name]
    study = _of_all(asked).study(changed.cards(names, settings))
    found = plan(difference, _gender_errors(study, settings) if model else [])
    size = Size("asked for", len(study.professions), len(study.adjectives), study.images)
    if output.write(plan_rows(found, (size, *PRESETS)), _PLAN_COLUMNS):
        _print(plan_sentences(found, size))


def _gender_errors(study: "Study", settings: "Settings") -> "list[Confusion]":
    with opened(settings) as store:
        errors = Findings(study, store).errors
    return [one for (_, axis), one in errors.items() if axis == GENDER]


def _of_all(asked: Asked) -> Asked:
    named = asked.profession or asked.own_profession
    return asked if named else replace(asked, profession=[ALL])


def _show_gaps(
    findings: Findings, output: Output, references: "dict[str, Reference]", beside: str
) -> None:
    if output.write(findings.gap_rows(references), _GAP_COLUMNS):
        found = findings.gaps(references)
        _print((*gap_sentences(found, headline(found), beside), _NOT_THE_SAME))


def _one_axis(asked: Asked) -> str:
    if len(set(asked.axis)) > 1:
        raise InvalidData(f"--axis is {asked.axis!r}. Ask about one of them at a time.")
    return asked.axis[0] if asked.axis else GENDER


def _references(path: Path | None, year: int, study: "Study") -> "dict[str, Reference]":
    return labour_references(year) if path is None else read_references(path, study.professions)


def _with_none(asked: Asked) -> list[str]:
    """Return the adjectives asked for, and none, which all are compared with."""
    if set(asked.adjective) == {NONE} and not asked.own_adjective:
        raise InvalidData("--adjective is 'none' only. Name one, or leave it out for all 20.")
    given = asked.adjective or ([] if asked.own_adjective else [ALL])
    return given if {ALL, NONE} & set(given) else [NONE, *given]


def _print(sentences: "Sequence[str] | Iterator[str]") -> None:
    print("\n" + "\n".join(sentences))
