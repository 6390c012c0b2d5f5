"""How an instrument errs, read from a file of images whose truth is known."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from explorer.errors import InvalidData, UnknownName
from explorer.perception.axes import find_axis
from explorer.perception.instruments import Instrument
from explorer.statistics.confusion import Confusion, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TypeGuard

_REQUIRED = ("instrument", "kind", "images", "confusion")


@dataclass(frozen=True, slots=True)
class _File:
    """The content of a file of error rates, and how to refuse what it holds."""

    path: "Path"
    content: dict[str, Any]

    def refuse(self, entry: str, value: object, remedy: str) -> InvalidData:
        return InvalidData(f"{str(self.path)!r}: {entry} is {value!r}. {remedy}")


def read_errors(path: "Path") -> "Mapping[tuple[Instrument, str], Confusion]":
    """Return the confusion of each instrument and axis in a file of error rates.

    The file is JSON: `instrument` names who classified, by axis; `kind` says where the truth comes
    from; `images` how many were looked at; `confusion` holds, by axis, a row for each predicted
    label in the axis's order and a last one for the abstained, each with a count for each true
    label in the same order.

    Returns:
        Confusions by (instrument, axis name).

    Raises:
        InvalidData: the file breaks these rules; the message names file, entry and remedy.
    """
    file = _File(path, _content(path))
    kind, images = _kind(file), _images(file)
    instruments, tables = _object(file, "instrument"), _object(file, "confusion")
    if instruments.keys() != tables.keys() or not tables:
        told = sorted(instruments)
        raise file.refuse("'instrument'", told, f"Name one for each axis of {sorted(tables)!r}.")
    return {
        (_instrument(file, axis, instruments[axis]), axis): _confusion(
            file, axis, table, kind, images
        )
        for axis, table in tables.items()
    }


def _content(path: "Path") -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidData(
            f"{str(path)!r} cannot be read as JSON ({error}). Restore or remove it."
        ) from error
    missing = [key for key in _REQUIRED if not isinstance(content, dict) or key not in content]
    if missing:
        raise InvalidData(f"{str(path)!r} lacks {missing[0]!r}. Give all of {_REQUIRED!r}.")
    return dict(content)


def _kind(file: _File) -> Kind:
    for kind in get_args(Kind):
        if kind == file.content["kind"]:
            found: Kind = kind
            return found
    raise file.refuse("'kind'", file.content["kind"], f"Take one of {get_args(Kind)!r}.")


def _images(file: _File) -> int:
    images = file.content["images"]
    if not _is_count(images) or images == 0:
        raise file.refuse("'images'", images, "Give how many were looked at, 1 or more.")
    return int(images)


def _object(file: _File, key: str) -> dict[str, Any]:
    value = file.content[key]
    if not isinstance(value, dict):
        raise file.refuse(repr(key), value, "Write an object, by axis.")
    return value


def _instrument(file: _File, axis: str, name: object) -> Instrument:
    entry = f"'instrument' of {axis!r}"
    if not isinstance(name, str) or not name:
        raise file.refuse(entry, name, "Name who classified the images.")
    try:
        return Instrument.parse(name)
    except InvalidData as error:
        raise file.refuse(entry, name, str(error)) from None


def _confusion(file: _File, axis: str, table: object, kind: Kind, images: int) -> Confusion:
    entry = f"'confusion' of {axis!r}"
    try:
        labels = find_axis(axis).labels
    except UnknownName as error:
        raise file.refuse("an axis of 'confusion'", axis, str(error)) from None
    rows, columns = len(labels) + 1, len(labels)
    if not _is_table(table, rows, columns):
        raise file.refuse(
            entry,
            table,
            f"Give {rows} rows, for the predicted {', '.join(labels)} and abstained, of {columns} "
            "counts, for the true labels in the same order.",
        )
    confusion = Confusion(tuple(map(tuple, table)), kind)
    if confusion.images > images:
        remedy = f"It counts {confusion.images} images of {images}: correct one of them."
        raise file.refuse(entry, table, remedy)
    return confusion


def _is_table(table: object, rows: int, columns: int) -> "TypeGuard[list[list[int]]]":
    return (
        isinstance(table, list)
        and len(table) == rows
        and all(isinstance(row, list) and len(row) == columns for row in table)
        and all(_is_count(count) for row in table for count in row)
    )


def _is_count(value: object) -> bool:
    # True and False are numbers to Python.
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
