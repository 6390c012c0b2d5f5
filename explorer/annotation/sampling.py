"""The path of people's labels: a sample of what is stored, their answers, and what these tell.

Of a study only models, axes and classifier count here. A sample is of all stored images of a
model, whatever words they were drawn for: how an instrument errs is asked of the model.
"""

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.errors import Seen, AnnotationReport, confidence, errors, pairs
from explorer.annotation.recalibration import recalibrated_errors, recalibration
from explorer.errors import InvalidData, UnknownName
from explorer.perception.annotations import Annotation, annotation_of, answers
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.samples import SIZE, draw_sample, shuffled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from explorer.annotation.errors import Errors
    from explorer.findings.tables import Row
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.perception.samples import Sampled
    from explorer.store.index import Store
    from explorer.study import Study

_ASKED = ("image", "axis", "label")
_TONE = "tone"


def draw_samples(
    study: "Study", store: "Store", size: int = SIZE, seed: int = 0
) -> "tuple[Sampled, ...]":
    """Draw a sample for each model and axis of a study, and keep it in place of the earlier one.

    Returns:
        What is to be annotated, axis by axis, the models mixed.

    Raises:
        InvalidData: of some model no image is classified on some axis.
        OutOfRange: the size lies outside its limits.
    """
    drawn: list[Sampled] = []
    for axis in study.axes:
        samples = [_drawn(study, store, card, axis, size, seed) for card in study.models]
        drawn += shuffled((one for sample in samples for one in sample), seed)
    return tuple(drawn)


def sample_of(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis"
) -> "tuple[Sampled, ...]":
    """Return the sample of a model and axis for the classifier of the study; empty without one."""
    return store.annotations.sample(card.spec, axis.name, study.instruments(card)[axis.name])


def annotated_errors(study: "Study", store: "Store") -> "Mapping[tuple[str, str], Errors]":
    """Return how the instruments of a study err on what people annotated, by model and axis name."""
    return {
        (card.spec.name, axis.name): _errors(study, store, card, axis)
        for card in study.models
        for axis in study.axes
    }


def calibrated(study: "Study", store: "Store") -> "Study":
    """Return a study of one model and axis with the answers that people's labels calibrate.

    Raises:
        InvalidData: it is of several models or axes, or the labels cannot calibrate the answers.
    """
    if len(study.models) > 1 or len(study.axes) > 1:
        raise InvalidData(
            f"{len(study.models)} models and {len(study.axes)} axes are named. Labels calibrate an "
            "instrument for one model on one axis: ask about one at a time."
        )
    (card,), (axis,) = study.models, study.axes
    plain = replace(study, gate=False)
    sample = sample_of(plain, store, card, axis)
    tones = _tones(plain, store, card, [one.image for one in sample])
    try:
        found = recalibration(axis, _seen(store, sample, scores=True), tones)
    except InvalidData as error:
        raise InvalidData(
            f"The answers for {card.spec.name!r} cannot be calibrated with people's labels: {error}"
        ) from error
    return replace(study, recalibration=found)


def annotation_report(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis"
) -> AnnotationReport:
    """Return everything that people's labels tell of one model of a study on one axis."""
    instrument = study.instruments(card)[axis.name]
    sample = sample_of(study, store, card, axis)
    keys = [one.image_key for one in store.perceptions_of(card.spec, axis.name, instrument)]
    labels = store.annotations.of(keys, axis.name)
    seen = _seen(store, sample, scores=True)
    annotators: dict[str, int] = {}
    for label in labels:
        annotators[label.annotator] = annotators.get(label.annotator, 0) + 1
    inside = {one.image for one in sample}
    return AnnotationReport(
        model=card.spec.name,
        axis=axis,
        instrument=instrument,
        sampled=len(sample),
        annotators=dict(sorted(annotators.items())),
        outside=sum(label.image not in inside for label in labels),
        pairs=pairs(axis, labels),
        errors=errors(axis, seen),
        confidence=confidence(axis, seen, _tones(study, store, card, inside)),
    )


def sheet(sample: "Iterable[Sampled]") -> "list[Row]":
    """Return rows for annotators to fill in: no model, no prompt, no answer of the instrument."""
    numbers: dict[str, int] = {}
    return [
        {
            "number": numbers.setdefault(one.image, len(numbers) + 1),
            "image": one.image,
            "axis": one.axis,
            "label": None,
            "answers": " / ".join(answers(find_axis(one.axis))),
        }
        for one in sample
    ]


def copy_images(store: "Store", rows: "Iterable[Row]", folder: "Path") -> None:
    """Write the images of a sheet into a folder as 1.png, 2.png and so on.

    A stored file tells the prompt it was drawn for; these hold pixels and nothing else.

    Raises:
        InvalidData: the folder cannot be written.
        StoreError: an image cannot be read.
    """
    from PIL import Image

    wanted = {str(row["image"]): row["number"] for row in rows}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, number in wanted.items():
            Image.fromarray(store.pixels(key)).save(folder / f"{number}.png")
    except OSError as error:
        raise InvalidData(
            f"{str(folder)!r} cannot be written ({error.strerror or error}). Name a folder that "
            "you may write to."
        ) from error


def annotation_rows(labels: "Iterable[Annotation]") -> "list[Row]":
    """Return labels as rows that `read_annotations` reads again."""
    return [
        {
            "image": one.image,
            "axis": one.axis,
            "annotator": one.annotator,
            "label": one.label,
            "date": one.date,
        }
        for one in labels
    ]


def read_annotations(path: "Path", annotator: str | None, date: str) -> tuple[Annotation, ...]:
    """Read labels from a CSV file with the columns image, axis and label; empty ones are skipped.

    Args:
        path: the file.
        annotator: whose they are; None where a column annotator says so.
        date: of labels that have none in a column date, ISO 8601.

    Raises:
        InvalidData: the file cannot be read or breaks its rules; the message names file, line,
            value and remedy.
    """
    lines = csv.DictReader(io.StringIO(_text(path), newline=""))
    needed = _ASKED if annotator is not None else (*_ASKED, "annotator")
    missing = next((name for name in needed if name not in (lines.fieldnames or ())), None)
    if missing:
        hint = (
            "Say whose labels these are with --annotator." if missing == "annotator" else "Add it."
        )
        raise InvalidData(
            f"{str(path)!r}, line 1: there is no column {missing!r} in {lines.fieldnames!r}. {hint}"
        )
    try:
        return tuple(_labels(path, lines, annotator, date))
    except csv.Error as error:
        raise InvalidData(
            f"{str(path)!r}, line {lines.line_num}: {error}. Correct the line, its quotes first."
        ) from error


def _drawn(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis", size: int, seed: int
) -> "tuple[Sampled, ...]":
    instrument = study.instruments(card)[axis.name]
    perceptions = store.perceptions_of(card.spec, axis.name, instrument)
    if not perceptions:
        raise InvalidData(
            f"No stored image of {card.spec.name!r} is classified on {axis.name!r} by "
            f"{instrument!r}. Draw some first, in Explore or with `draw`."
        )
    sample = draw_sample(perceptions, size, seed)
    store.annotations.save_sample(card.spec, sample)
    return sample


def _errors(study: "Study", store: "Store", card: "ModelCard", axis: "Axis") -> "Errors":
    # Behind a gate there is no sample, and so no errors are known.
    if study.recalibration and not study.gate:
        sample = sample_of(replace(study, recalibration=None), store, card, axis)
        return recalibrated_errors(axis, _seen(store, sample, scores=True), study.recalibration)
    return errors(axis, _seen(store, sample_of(study, store, card, axis)))


def _seen(
    store: "Store", sample: "tuple[Sampled, ...]", *, scores: bool = False
) -> tuple[Seen, ...]:
    if not sample:
        return ()
    axis, instrument = sample[0].axis, sample[0].instrument
    keys = [one.image for one in sample]
    said: dict[str, list[str]] = {key: [] for key in keys}
    for label in store.annotations.of(keys, axis):
        said[label.image].append(label.label)
    classified = store.perceptions(keys, axis, instrument) if scores else {}
    return tuple(
        Seen(
            sampled=one,
            said=tuple(said[one.image]),
            scores=classified[one.image].scores if one.image in classified else (),
        )
        for one in sample
    )


def _tones(
    study: "Study", store: "Store", card: "ModelCard", keys: "Iterable[str]"
) -> dict[str, str]:
    """Return the tone that the instrument perceives in each image it is not in doubt of."""
    instrument = replace(study, axes=load_axes()).instruments(card)[_TONE]
    seen = store.perceptions(keys, _TONE, instrument)
    return {key: one.label for key, one in seen.items() if one.label is not None}


def _text(path: "Path") -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidData(
            f"{str(path)!r} cannot be read ({error}). Give a CSV file, in UTF-8, as "
            "`annotate sample` writes it."
        ) from error


def _labels(
    path: "Path", lines: "csv.DictReader[str]", annotator: str | None, date: str
) -> "Iterator[Annotation]":
    seen: set[tuple[str, str, str]] = set()
    for line in lines:
        said = {name: (text or "").strip() for name, text in line.items() if name}
        if not said["label"]:
            continue
        place = f"{str(path)!r}, line {lines.line_num}"
        who = said["annotator"] if annotator is None else annotator
        try:
            label = annotation_of(
                said["image"], said["axis"], who, said["label"], said.get("date") or date
            )
        except (UnknownName, InvalidData) as error:
            raise InvalidData(f"{place}: {error}") from error
        if (label.image, label.axis, label.annotator) in seen:
            raise InvalidData(
                f"{place}: {label.annotator!r} has annotated {label.image!r} on {label.axis!r} before "
                "in this file. Leave one of the lines."
            )
        seen.add((label.image, label.axis, label.annotator))
        yield label
