"""The commands: the same studies and the same findings as the page."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from explorer import settings as machine
from explorer import study as studies
from explorer.annotation.sampling import calibrated as calibrate
from explorer.classifiers.find import classifiers
from explorer.cli.options import Asked, CacheFolder, Changed, Models, Year, spread
from explorer.cli.output import Output
from explorer.cli.progress import shown_progress
from explorer.errors import ExplorerError, InputError
from explorer.findings.differences import difference_sentence, differences_sentence
from explorer.findings.findings import Findings
from explorer.findings.sentences import quote, sentence
from explorer.generators.find import generators
from explorer.models.catalog import known_models
from explorer.perception.axes import GENDER
from explorer.store.index import Store
from explorer.words.references import checked_year
from explorer.words.vocabulary import DEFAULT_YEAR, known_profession

if TYPE_CHECKING:
    from explorer.findings.corrected import Finding
    from explorer.findings.differences import Difference
    from explorer.findings.tables import Row
    from explorer.models.catalog import ModelCard
    from explorer.settings import Settings
    from explorer.study import Study

INTERRUPTED = 130

_NO_YUNET = (
    "The face detector 'YuNet' cannot be fetched now, so faces are found with OpenCV's Haar "
    "cascade. Every row says so; images classified with YuNet are not counted with it."
)

_MODEL_COLUMNS = ("model", "bundled", "width_px", "height_px", "steps", "guidance", "classifier")
_TALLY_COLUMNS = (
    *("model", "profession", "adjective", "axis", "label", "count", "share", "share_low"),
    *(
        "share_high",
        "corrected_share",
        "corrected_low",
        "corrected_high",
        "abstained",
        "abstained_reasons",
        "filtered",
        "unclassified",
        "missing",
        "reference_share",
    ),
)
_COMPARISON_COLUMNS = (
    *("profession", "adjective", "axis", "label", "left_share", "right_share", "difference"),
    *("difference_low", "difference_high", "corrected_difference", "corrected_difference_low"),
    *(
        "corrected_difference_high",
        "p",
        "q",
        "left_classified",
        "right_classified",
        "left_abstained",
    ),
    *("right_abstained", "left_filtered", "right_filtered", "reference_share"),
)
_CHECK_COLUMNS = (
    *(
        "model",
        "profession",
        "axis",
        "label",
        "designed_share",
        "generated_share",
        "measured_share",
    ),
    *("measured_low", "measured_high", "corrected_share", "corrected_low", "corrected_high"),
    *("classified", "abstained"),
)


class By(StrEnum):
    """The groups that have a row each in a tally."""

    PROFESSION = "profession"
    ADJECTIVE = "adjective"
    CELL = "cell"


class _Explorer(TyperGroup):
    """The one place where the command line turns errors into messages and exit statuses."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except ExplorerError as error:
            say(f"Error: {error}")
            raise typer.Exit(2 if isinstance(error, InputError) else 1) from error
        except BrokenPipeError:
            # The reader has closed the pipe. Python would complain once more on closing stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        return result


PLAIN: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": None}
app = typer.Typer(
    cls=_Explorer,
    help="See how a text-to-image model depicts people, and how sure we can be of it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    **PLAIN,
)
reference = typer.Typer(help="The bundled models, whose bias is known.", **PLAIN)
app.add_typer(reference, name="reference")

ByOption = Annotated[By, typer.Option(help="The groups that have a row each.")]
Calibrated = Annotated[
    bool,
    typer.Option(
        "--calibrated",
        help="Classify again from the stored scores, with the temperature, bias and threshold that "
        "are fitted to annotations: one model, gender only.",
    ),
]


@app.command("models")
@spread
def list_models(output: Output) -> None:
    """List the models that have a name.

    Any other model of the Hub, or a model folder, works too.
    """
    rows: list[Row] = [
        {
            "model": card.spec.name,
            "title": card.title,
            "bundled": card.bundled,
            "revision": card.spec.revision,
            "scheduler": card.spec.diffusion.scheduler,
            "steps": card.spec.diffusion.steps,
            "guidance": card.spec.diffusion.guidance,
            "width_px": card.spec.diffusion.width_px,
            "height_px": card.spec.diffusion.height_px,
            "classifier": card.classifier,
            "description": card.description,
        }
        for card in known_models(machine.load().device)
    ]
    output.write(rows, _MODEL_COLUMNS)


@app.command()
@spread
def generate(model: Models, asked: Asked, changed: Changed, cache: CacheFolder = None) -> None:
    """Generate and classify missing images.

    Stored images are not generated again, and a run that was stopped continues where it was.
    """
    settings = machine.load(cache)
    study = asked.study(changed.cards(model, settings))
    with opened(settings) as store:
        try:
            generate_missing(store, settings, study)
        except KeyboardInterrupt:
            _say_state(study, store, "Stopped. The same command continues from there.")
            raise typer.Exit(INTERRUPTED) from None
        _say_state(study, store, "See them with `tally`, `images` or `serve`.")


@app.command()
@spread
def tally(
    model: Models,
    asked: Asked,
    changed: Changed,
    output: Output,
    by: ByOption = By.PROFESSION,
    year: Year = DEFAULT_YEAR,
    calibrated: Calibrated = False,
    cache: CacheFolder = None,
) -> None:
    """Count the stored images, with intervals.

    Nothing is generated; images that are not there are counted as missing.
    """
    settings = machine.load(cache)
    with opened(settings) as store:
        study = _answering(asked, changed.cards(model, settings), store, calibrated=calibrated)
        findings = Findings(study, store)
        rows = findings.tally_rows(by.value, checked_year(year))
        if output.write(rows, _TALLY_COLUMNS) and by is By.PROFESSION:
            _print_sentences(findings.found("profession"), year)
        say_missing(study, store)


@app.command()
@spread
def images(
    model: Models,
    asked: Asked,
    changed: Changed,
    output: Output,
    calibrated: Calibrated = False,
    cache: CacheFolder = None,
) -> None:
    """List the stored images and how they were classified.

    One row for each stored image; nothing is generated.
    """
    settings = machine.load(cache)
    with opened(settings) as store:
        study = _answering(asked, changed.cards(model, settings), store, calibrated=calibrated)
        rows = Findings(study, store).image_rows()
        labels = tuple(f"{axis.name}_label" for axis in study.axes)
        columns = ("model", "profession", "adjective", "replicate", *labels, "filtered", "file")
        output.write(rows, columns)
        say_missing(study, store)


@app.command()
@spread
def compare(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="The first model.")],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="The second model.")],
    asked: Asked,
    changed: Changed,
    output: Output,
    by: ByOption = By.PROFESSION,
    year: Year = DEFAULT_YEAR,
    cache: CacheFolder = None,
) -> None:
    """Compare two models on the same prompts and seeds.

    Differences are left minus right. Nothing is generated.
    """
    settings = machine.load(cache)
    study = asked.study(changed.cards((left, right), settings))
    with opened(settings) as store:
        findings = Findings(study, store)
        rows = findings.comparison_rows(by.value, checked_year(year))
        if output.write(rows, _COMPARISON_COLUMNS):
            _print_differences(study, findings.differences(by.value))
        say_missing(study, store)


@reference.command("check")
@spread
def check_reference(
    output: Output,
    professions: Annotated[
        int, typer.Option(metavar="N", help="The number of professions, spread over the range.")
    ] = 10,
    images: Annotated[int, typer.Option(metavar="N", help="Images of each.")] = 200,
    cache: CacheFolder = None,
) -> None:
    """Measure models whose bias is known.

    The shares that are measured on the bundled models are listed beside those that they were
    designed to show and those that they really generate. Missing images are generated. A summary
    tells how far the raw and the corrected shares are off on average, and how many of the 95%
    intervals contain the truth.
    """
    from explorer.reference.check import check, summary

    settings = machine.load(cache)
    bundled = tuple(card.spec.name for card in known_models(settings.device) if card.bundled)
    with opened(settings) as store, shown_progress() as show:
        rows = check(store, bundled, professions, images, settings, show)
    if output.write(rows, _CHECK_COLUMNS):
        print()
        told = summary(rows)
        output.write(told, tuple(told[0]) if told else ())


@reference.callback()
def _reference() -> None:
    """Keep `check` a command of its own while it is the only one."""


@contextmanager
def opened(settings: "Settings") -> "Iterator[Store]":
    """Open the store, with the sample study in it, and close it again."""
    from explorer.reference.sample import open_sample

    store = Store.open(settings.cache)
    try:
        open_sample(store, settings.device)
        yield store
    finally:
        store.close()


def generate_missing(store: Store, settings: "Settings", *asked: "Study") -> None:
    """Generate and classify the missing images of studies; models are loaded once for all."""
    generates, classifies = generators(settings), classifiers(settings.device)
    for study in asked:
        if studies.prepare(study):
            say(_NO_YUNET)
        with shown_progress() as show:
            for progress in studies.run(study, store, generates, classifies, batch=settings.batch):
                show(progress)


def _answering(
    asked: Asked, cards: "list[ModelCard]", store: Store, *, calibrated: bool
) -> "Study":
    """Return the study, with calibrated answers if that is asked for; say how."""
    if not calibrated:
        return asked.study(cards)
    study = calibrate(replace(asked, axis=asked.axis or [GENDER]).study(cards), store)
    if found := study.recalibration:
        say(
            f"Answers are calibrated, {found}, on {found.annotated} annotated images. Their error "
            "rates are estimated by cross-fitting: each image is classified with temperatures and "
            "biases that were fitted to other images."
        )
    return study


def _print_sentences(found: "tuple[Finding, ...]", year: int) -> None:
    for finding in found:
        name = finding.tally.cell.profession
        profession = known_profession(name) if isinstance(name, str) else None
        print("\n" + sentence(finding.tally, profession, year))
        print(quote(finding))


def _print_differences(study: "Study", found: "tuple[Difference, ...]") -> None:
    """Print the tests, the differences that hold and the notes, axis by axis."""
    for axis in study.axes:
        of_axis = [one for one in found if one.comparison.left.axis == axis]
        held = [
            difference_sentence(one, position)
            for one in of_axis
            for position, test in enumerate(one.tests)
            if test and test.holds
        ]
        notes = dict.fromkeys(one.note for one in of_axis)
        print("\n" + "\n".join(filter(None, (differences_sentence(of_axis), *held, *notes))))


def _say_state(study: "Study", store: Store, remark: str) -> None:
    here = study.size - studies.count_missing(study, store)
    say(f"{here} of {study.size} images are in {str(store.root)!r}. {remark}")


def say_missing(study: "Study", store: Store) -> None:
    """Print on standard error how many of the images asked for are missing."""
    missing = studies.count_missing(study, store)
    if missing:
        say(f"{missing} of the images asked for are missing. `generate` generates them.")


def say(text: str) -> None:
    """Print a message for people on standard error."""
    print(text, file=sys.stderr, flush=True)
