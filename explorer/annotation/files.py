"""Samples and annotations as files: sheets to fill in, images, and annotations to read."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from explorer.csv_files import Columns, read_csv
from explorer.errors import InvalidData, UnknownName
from explorer.perception.annotations import Annotation, annotation_of, answers
from explorer.perception.axes import find_axis
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from explorer.csv_files import Line
    from explorer.perception.samples import Sampled
    from explorer.store.index import Store

    Row = dict[str, object]

_ASKED = ("image", "axis", "label")
_COLUMNS = Columns(
    _ASKED,
    optional=("date",),
    renamed={"picture": "image"},
    remedy={"annotator": "Give the annotator's name with --annotator."},
)


def sheet(sample: "Iterable[Sampled]") -> "list[Row]":
    """Return rows for annotators to fill in, without model, prompt or the instrument's answer."""
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

    A stored file contains its prompt; these copies contain only pixels.

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
    except (OSError, ValueError) as error:
        raise InvalidData(
            _(
                "{folder!r:.200} cannot be written ({error}). Name a folder that you may write to."
            ).format(folder=str(folder), error=error)
        ) from error


def annotation_rows(labels: "Iterable[Annotation]") -> "list[Row]":
    """Return annotations as rows that `read_annotations` can read."""
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
    """Return annotations from a CSV file with the columns image, axis and label.

    Lines with an empty label are skipped. The case of axes and labels does not matter.

    Args:
        path: the file.
        annotator: the annotator's name; None if the file has a column annotator.
        date: the date, ISO 8601, of annotations without one in a column date.

    Raises:
        InvalidData: the file cannot be read or breaks its rules; the message names file, line,
            value and remedy.
    """
    needed = _ASKED if annotator is not None else (*_ASKED, "annotator")
    return tuple(_labels(read_csv(path, replace(_COLUMNS, needed=needed)), annotator, date))


def _labels(lines: "Iterable[Line]", annotator: str | None, today: str) -> "Iterator[Annotation]":
    seen: set[tuple[str, str, str]] = set()
    for line in lines:
        given = {name: (text or "").strip() for name, text in line.cells.items()}
        if not given["label"]:
            continue
        who = given["annotator"] if annotator is None else annotator
        try:
            date = _date(given.get("date") or today)
            label = annotation_of(given["image"], given["axis"], who, given["label"], date)
        except (UnknownName, InvalidData) as error:
            raise InvalidData(
                _("{place}: {error}").format(place=line.place, error=error)
            ) from error
        if (label.image, label.axis, label.annotator) in seen:
            raise InvalidData(
                _(
                    "{place}: {annotator!r} has already annotated {image!r} on {axis!r} in "
                    "this file. Keep one of the lines."
                ).format(
                    place=line.place, annotator=label.annotator, image=label.image, axis=label.axis
                )
            )
        seen.add((label.image, label.axis, label.annotator))
        yield label


def _date(text: str) -> str:
    """Return a date unchanged, unless a spreadsheet wrote it in the order of its country."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise InvalidData(
            _("The date is {text!r}. Write it as in 2026-11-25, or leave it out.").format(text=text)
        ) from None
    return text
