"""`annotate` and `error-rates`: how classifiers err, on annotated images or on known prompts."""

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

group = typer.Typer(help="Annotate images and compare classifiers with the annotations.", **PLAIN)
app.add_typer(group, name="annotate")

SampledModels = Annotated[list[str], typer.Argument(metavar="MODEL...", help="One or more models.")]
Axes = Annotated[
    list[str] | None,
    typer.Option("--axis", metavar="NAME", help="'gender' or 'tone'; repeatable.  [default: both]"),
]
Classifier = Annotated[
    str | None,
    typer.Option(
        "--classifier", metavar="NAME", help="The classifier.  [default: the model's own]"
    ),
]


@group.command("sample")
@spread
def draw_sample(
    model: SampledModels,
    changed: Changed,
    output: Output,
    axis: Axes = None,
    classifier: Classifier = None,
    images: Annotated[
        int, typer.Option(metavar="N", help="Of each model, on each axis; 20 to 10000.")
    ] = SIZE,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the sample and its order.")] = 0,
    copy_to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Copy the images there for annotators, named by number."),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Draw a sample of images to annotate, with some of each answer of the classifier.

    The rows contain neither model nor prompt nor answer. Each annotator enters one of the answers
    in the column label of their own copy, which `annotate import` reads. They can annotate on the
    page instead.
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
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file of annotations.")],
    annotator: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who annotated.  [default: the column annotator]"),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Read annotations from a file.

    Either all are saved or none. An annotation replaces an earlier one by the same annotator of the
    same image and axis.
    """
    read = read_annotations(file, annotator, datetime.now(UTC).isoformat(timespec="seconds"))
    with opened(machine.load(cache)) as store:
        store.annotations.save(read)
    annotators = ", ".join(sorted({one.annotator for one in read})) or "nobody"
    say(
        f"Saved {len(read)} annotation{'s' * (len(read) != 1)} by {annotators}. `annotate report` "
        "evaluates them."
    )


@group.command("export")
@spread
def export_annotations(output: Output, cache: CacheFolder = None) -> None:
    """Write all annotations with annotator and date; `annotate import` reads them again."""
    with opened(machine.load(cache)) as store:
        output.write(annotation_rows(store.annotations.all()), _LABEL_COLUMNS)


@group.command("report")
@spread
def report(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    changed: Changed,
    output: Output,
    axis: Axes = None,
    classifier: Classifier = None,
    cache: CacheFolder = None,
) -> None:
    """Report how far annotators agree, and how often the classifier errs.

    The rows count images by the label that most annotators gave and by the answer of the
    classifier, and weight them by how often the classifier gave each answer.
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
    classifier: Classifier = None,
    cache: CacheFolder = None,
) -> None:
    """Estimate error rates from images whose prompts name the gender; nobody has to annotate.

    Generates 150 images of women and 150 of men at work, as far as they are missing. Where an image
    does not show what its prompt says, that counts as an error of the classifier.
    """
    settings = machine.load(cache)
    study = _study([model], [GENDER], classifier, changed, settings)
    with opened(settings) as store:
        generate_missing(store, settings, *prompted_studies(study))
        found = prompted_errors(study, store)
    if not found:
        raise ModelError(
            f"Fewer than {FEWEST} images of women or of men by {model!r} could be classified: the "
            "others are filtered. Annotate images instead, with `annotate sample`."
        )
    (axis,) = study.axes
    rows = [
        {"model": name, "prompt": label, "classifier": answer, "images": row[column]}
        for (name, _), confusion in found.items()
        for answer, row in zip((*axis.labels, axis.abstention), confusion.counts, strict=True)
        for column, label in enumerate(axis.labels)
    ]
    if output.write(rows, _PROMPT_COLUMNS):
        print("\nTallies of this model are corrected with these rates, until images are annotated.")


def _study(
    models: Sequence[str],
    axes: list[str] | None,
    classifier: str | None,
    changed: Changed,
    settings: "Settings",
) -> "Study":
    # A sample is drawn from all stored images of a model, whatever their words.
    asked = Asked(profession=[ALL], axis=axes or [], classifier=classifier)
    return asked.study(changed.cards(models, settings))
