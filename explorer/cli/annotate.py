"""`annotate`: people look at a sample of images, and what they say tells how classifiers err."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer import settings as machine
from explorer.annotation.files import annotation_rows, copy_images, read_annotations, sheet
from explorer.annotation.report import annotation_report, report_rows, report_sentences
from explorer.annotation.sampling import draw_samples
from explorer.cli.commands import PLAIN, app, generate_missing, opened, say
from explorer.cli.options import ALL, Asked, CacheFolder, Changed, spread
from explorer.cli.output import Output
from explorer.errors import ModelError
from explorer.findings.prompted import FEWEST, prompted_errors, prompted_studies
from explorer.perception.axes import GENDER
from explorer.perception.samples import SIZE

if TYPE_CHECKING:
    from explorer.settings import Settings
    from explorer.study import Study

_SHEET_COLUMNS = ("number", "image", "axis", "label", "answers")
_LABEL_COLUMNS = ("image", "axis", "annotator", "label", "date")
_REPORT_COLUMNS = (
    *("model", "axis", "people", "classifier", "images", "each_stands_for", "share"),
)
_PROMPT_COLUMNS = ("model", "prompt", "classifier", "images")

group = typer.Typer(help="Compare classifiers with what people say.", **PLAIN)
app.add_typer(group, name="annotate")

SampledModels = Annotated[list[str], typer.Argument(metavar="MODEL...", help="One or more models.")]
Axes = Annotated[
    list[str] | None,
    typer.Option("--axis", metavar="NAME", help="'gender' or 'tone'; repeatable.  [default: both]"),
]
Classify = Annotated[
    str | None,
    typer.Option(
        "--classifier", metavar="NAME", help="Who classified.  [default: the model's own]"
    ),
]


@group.command("sample")
@spread
def draw_sample(
    model: SampledModels,
    changed: Changed,
    output: Output,
    axis: Axes = None,
    classifier: Classify = None,
    images: Annotated[
        int, typer.Option(metavar="N", help="Of each model, on each axis; 20 to 10000.")
    ] = SIZE,
    seed: Annotated[int, typer.Option(metavar="N", help="Of what is drawn, and its order.")] = 0,
    copy_to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Copy the images there, named by number, for annotators."),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Draw images for people to label, some of each answer of the classifier.

    The rows tell neither model nor prompt nor answer. People fill in the column label with one of
    the answers, each in a copy of their own; `annotate import` reads it. Or they label on the page.
    """
    settings = machine.load(cache)
    study = _study(model, axis, classifier, changed, settings)
    with opened(settings) as store:
        rows = sheet(draw_samples(study, store, images, seed))
        if copy_to is not None:
            copy_images(store, rows, copy_to)
            say(f"The images are in {str(copy_to)!r}.")
        output.write(rows, _SHEET_COLUMNS)


@group.command("import")
@spread
def import_annotations(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with labels.")],
    annotator: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose labels.  [default: the column annotator]"),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Read labels that people gave outside.

    All are kept or none. An annotator's label replaces an earlier one of the same image and axis.
    """
    labels = read_annotations(file, annotator, datetime.now(UTC).isoformat(timespec="seconds"))
    with opened(machine.load(cache)) as store:
        store.annotations.save(labels)
    annotators = ", ".join(sorted({one.annotator for one in labels})) or "nobody"
    say(
        f"{len(labels)} labels are kept, of {annotators}. See what they tell with `annotate report`."
    )


@group.command("export")
@spread
def export_annotations(output: Output, cache: CacheFolder = None) -> None:
    """Write all labels, with who gave them and when; `annotate import` reads them again."""
    with opened(machine.load(cache)) as store:
        output.write(annotation_rows(store.annotations.all()), _LABEL_COLUMNS)


@group.command("report")
@spread
def report(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    changed: Changed,
    output: Output,
    axis: Axes = None,
    classifier: Classify = None,
    cache: CacheFolder = None,
) -> None:
    """Tell how far people agree, and how the classifier errs on what they saw.

    The rows count what the classifier said of images by what more people see in them than
    anything else, and weigh them by how often each answer was given.
    """
    settings = machine.load(cache)
    study = _study([model], axis, classifier, changed, settings)
    with opened(settings) as store:
        (card,) = study.models
        found = [annotation_report(study, store, card, asked) for asked in study.axes]
    rows = [row for one in found for row in report_rows(one)]
    if output.write(rows, _REPORT_COLUMNS):
        for one in found:
            print("\n" + "\n".join(report_sentences(one)))


@app.command("error-rates")
@spread
def error_rates(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    changed: Changed,
    output: Output,
    classifier: Classify = None,
    cache: CacheFolder = None,
) -> None:
    """Tell how the classifier errs on images whose prompts name the gender; nobody has to label.

    Draws 150 images of women and 150 of men at work, as far as they are missing. Where the model
    does not draw what the prompt says, that counts against the classifier.
    """
    settings = machine.load(cache)
    study = _study([model], [GENDER], classifier, changed, settings)
    with opened(settings) as store:
        generate_missing(store, settings, *prompted_studies(study))
        found = prompted_errors(study, store)
    if not found:
        raise ModelError(
            f"Fewer than {FEWEST} images of women or of men by {model!r} could be classified: the "
            "others are filtered. Label images instead, with `annotate sample`."
        )
    (axis,) = study.axes
    rows = [
        {"model": name, "prompt": label, "classifier": answer, "images": row[column]}
        for (name, _), confusion in found.items()
        for answer, row in zip((*axis.labels, axis.abstention), confusion.counts, strict=True)
        for column, label in enumerate(axis.labels)
    ]
    if output.write(rows, _PROMPT_COLUMNS):
        print("\nTallies of this model are corrected with these errors, until people label some.")


def _study(
    models: Sequence[str],
    axes: list[str] | None,
    classifier: str | None,
    changed: Changed,
    settings: "Settings",
) -> "Study":
    # A sample is of all that is stored of a model: the words do not count.
    asked = Asked(profession=[ALL], axis=axes or [], classifier=classifier)
    return asked.study(changed.cards(models, settings))
