"""`annotate` and `error-rates`: how classifiers err, on annotated images or on known prompts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.annotation.files import annotation_rows, copy_images, read_annotations, sheet
from explorer.annotation.report import annotation_report, report_rows, report_sentences
from explorer.annotation.sampling import draw_samples
from explorer.cli.app import annotate_commands, app
from explorer.cli.options import ALL, Asked, CacheFolder, Changed, Model, Spending, Whole
from explorer.cli.output import Output, print_sentences, say
from explorer.cli.store import generate_missing, opened, refuse_unusable
from explorer.errors import ModelError
from explorer.findings.prompted import FEWEST, prompted_errors, prompted_studies
from explorer.perception.axes import GENDER
from explorer.perception.samples import SIZE
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from explorer.findings.tables import Row
    from explorer.perception.axes import Axis
    from explorer.settings import Settings
    from explorer.statistics.confusion import Confusion
    from explorer.study import Study

_SHEET_COLUMNS = ("number", "image", "axis", "label", "answers")
_ANNOTATION_COLUMNS = ("image", "axis", "annotator", "label", "date")
_REPORT_COLUMNS = (
    *("model", "axis", "people", "classifier", "images", "each_stands_for", "share"),
)
_PROMPT_COLUMNS = ("model", "prompt", "classifier", "images")

Axes = Annotated[
    tuple[str, ...],
    Parameter(metavar="NAME", help=_("'gender' or 'tone'; repeatable."), show_default=_("both")),
]
Classifier = Annotated[
    str | None,
    Parameter(metavar="NAME", help=_("The classifier."), show_default=_("the model's own")),
]


@annotate_commands.command(
    name="sample",
    help=_(
        "Draw a sample of images to annotate, with some of each answer of the classifier.\n\n"
        "The rows contain neither model nor prompt nor answer. Each annotator enters one of the "
        "answers in the column label of their own copy, which `annotate import` reads. They can "
        "annotate on the page instead."
    ),
)
def draw_sample(
    *model: Annotated[str, Parameter(name="MODEL", required=True, help=_("One or more models."))],
    changed: Changed = Changed(),
    output: Output = Output(),
    axis: Axes = (),
    classifier: Classifier = None,
    images: Annotated[
        Whole, Parameter(metavar="N", help=_("Of each model, on each axis; 20 to 10000."))
    ] = SIZE,
    seed: Annotated[Whole, Parameter(metavar="N", help=_("Seed of the sample and its order."))] = 0,
    copy_to: Annotated[
        Path | None,
        Parameter(
            metavar="DIR",
            help=_("Copy the images there for annotators, named by number."),
        ),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Draw a sample and print the sheet that annotators fill in."""
    settings = machine.load(cache)
    study = _study(model, axis, classifier, changed, settings)
    with opened(settings) as store:
        rows = sheet(draw_samples(study, store, images, seed))
        if copy_to is not None:
            copy_images(store, rows, copy_to)
            say(_("The images are in {folder!r}.").format(folder=str(copy_to)))
        output.write(rows, _SHEET_COLUMNS)


@annotate_commands.command(
    name="import",
    help=_(
        "Read annotations from a file.\n\n"
        "Either all are saved or none. An annotation replaces an earlier one by the same annotator "
        "of the same image and axis."
    ),
)
def import_annotations(
    file: Annotated[Path, Parameter(help=_("A CSV file of annotations."))],
    /,
    *,
    annotator: Annotated[
        str | None,
        Parameter(metavar="NAME", help=_("Who annotated."), show_default=_("the column annotator")),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Save the annotations of a file."""
    read = read_annotations(file, annotator, datetime.now(UTC).isoformat(timespec="seconds"))
    with opened(machine.load(cache)) as store:
        store.annotations.save(read)
    annotators = ", ".join(sorted({one.annotator for one in read})) or _("nobody")
    pattern = ngettext(
        "Saved {number} annotation by {annotators}. `annotate report` evaluates it.",
        "Saved {number} annotations by {annotators}. `annotate report` evaluates them.",
        len(read),
    )
    say(pattern.format(number=len(read), annotators=annotators))


@annotate_commands.command(
    name="export",
    help=_("Write all annotations with annotator and date; `annotate import` reads them again."),
)
def export_annotations(*, output: Output = Output(), cache: CacheFolder = None) -> None:
    """Print all annotations."""
    with opened(machine.load(cache)) as store:
        output.write(annotation_rows(store.annotations.all()), _ANNOTATION_COLUMNS)


@annotate_commands.command(
    help=_(
        "Report how far annotators agree, and how often the classifier errs.\n\n"
        "The rows count images by the label that most annotators gave and by the answer of the "
        "classifier, and weight them by how often the classifier gave each answer."
    )
)
def report(
    model: Model,
    /,
    *,
    changed: Changed = Changed(),
    output: Output = Output(),
    axis: Axes = (),
    classifier: Classifier = None,
    cache: CacheFolder = None,
) -> None:
    """Print what the annotations say about annotators and classifier."""
    settings = machine.load(cache)
    study = _study([model], axis, classifier, changed, settings)
    with opened(settings) as store:
        (card,) = study.models
        found = [annotation_report(study, store, card, asked) for asked in study.axes]
    rows = [row for one in found for row in report_rows(one)]
    if output.write(rows, _REPORT_COLUMNS, (*_REPORT_COLUMNS, "instrument")):
        for one in found:
            print_sentences(report_sentences(one))


@app.command(
    help=_(
        "Estimate error rates from images whose prompts name the gender; nobody has to annotate."
        "\n\n"
        "Generates 150 images of women and 150 of men at work, as far as they are missing. Where "
        "an image does not show what its prompt says, that counts as an error of the classifier."
    )
)
def error_rates(
    model: Model,
    /,
    *,
    changed: Changed = Changed(),
    output: Output = Output(),
    spending: Spending = Spending(),
    classifier: Classifier = None,
    cache: CacheFolder = None,
) -> None:
    """Print how often a classifier contradicts prompts that name the gender."""
    settings = spending.applied(machine.load(cache))
    changed.start([model], settings)
    study = _study([model], [GENDER], classifier, changed, settings)
    with opened(settings) as store:
        generate_missing(store, settings, *prompted_studies(study))
        found = prompted_errors(study, store)
        _report_errors(found, study, output)
        refuse_unusable(store, *prompted_studies(study))


def _report_errors(
    found: "Mapping[tuple[str, str], Confusion]", study: "Study", output: Output
) -> None:
    if not found:
        pattern = _(
            "Fewer than {fewest} images of women or of men by {model!r} could be classified: the "
            "others are filtered. Annotate images instead, with `annotate sample`."
        )
        model = study.models[0].spec.name
        raise ModelError(pattern.format(fewest=FEWEST, model=model))
    (axis,) = study.axes
    rows = [
        row
        for (name, _axis), confusion in found.items()
        for row in _prompt_rows(name, axis, confusion)
    ]
    if output.write(rows, _PROMPT_COLUMNS):
        remark = _(
            "Tallies of this model are corrected with these rates, until images are annotated."
        )
        print_sentences([remark])


def _prompt_rows(model: str, axis: "Axis", confusion: "Confusion") -> "Iterator[Row]":
    """Yield the number of images with each answer, for each label that prompts name."""
    answers = (*axis.labels, axis.abstention)
    for answer, counts in zip(answers, confusion.counts, strict=True):
        for label, images in zip(axis.labels, counts, strict=True):
            yield {"model": model, "prompt": label, "classifier": answer, "images": images}


def _study(
    models: Sequence[str],
    axes: Sequence[str],
    classifier: str | None,
    changed: Changed,
    settings: "Settings",
) -> "Study":
    # A sample is drawn from all stored images of a model, whatever their words.
    asked = Asked(profession=(ALL,), axis=tuple(axes), classifier=classifier)
    return asked.study(changed.cards(models, settings))
