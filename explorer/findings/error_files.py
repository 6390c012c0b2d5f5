"""Files of error rates: an instrument's errors on images whose true labels are known."""

from typing import TYPE_CHECKING, get_args

from explorer.errors import InputError, InvalidData
from explorer.json_files import Rule, one_of, read_object
from explorer.perception.axes import find_axis
from explorer.perception.instruments import Instrument
from explorer.statistics.confusion import Confusion, Kind
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import TypeGuard


def read_errors(path: "Path") -> "Mapping[tuple[Instrument, str], Confusion]":
    """Return the confusion of each instrument and axis in a file of error rates.

    The file is JSON. `instrument` names the instrument of each axis, `kind` the source of the
    truth, `images` the number of images classified. `confusion` has a table for each axis: a row
    for each predicted label in the order of the axis, then a row for abstentions; each row has a
    count for each true label in the same order.

    Returns:
        Confusions by (instrument, axis name).

    Raises:
        InvalidData: the file breaks these rules; the message names file, axis, value and remedy.
    """
    rules = {
        "instrument": Rule(
            lambda names: _is_object(names) and all(isinstance(one, str) for one in names.values()),
            "Name the instrument of each axis.",
        ),
        "kind": one_of(*get_args(Kind)),
        "images": Rule(lambda images: _is_count(images) and images > 0, "Give 1 or more."),
        "confusion": Rule(_is_object, "Write an object: a table for each axis."),
    }
    content = read_object(path, rules)
    instruments, tables = content["instrument"], content["confusion"]
    if instruments.keys() != tables.keys():
        raise InvalidData(
            _(
                "{path!r}: 'instrument' has the axes {instruments!r}. Give it those of "
                "'confusion', {tables!r}."
            ).format(path=str(path), instruments=sorted(instruments), tables=sorted(tables))
        )
    found: dict[tuple[Instrument, str], Confusion] = {}
    for axis, table in tables.items():
        try:
            instrument = Instrument.parse(instruments[axis])
            found[instrument, axis] = _confusion(axis, table, content["kind"], content["images"])
        except InputError as error:
            raise InvalidData(
                _("{path!r}, {axis!r}: {error}").format(path=str(path), axis=axis, error=error)
            ) from None
    return found


def _confusion(axis: str, table: object, kind: Kind, images: int) -> Confusion:
    labels = find_axis(axis).labels
    if not _is_table(table, rows=len(labels) + 1, columns=len(labels)):
        raise InvalidData(
            _(
                "The confusion is {table!r}. Give {rows} rows, for the predicted "
                "{labels} and for abstentions, of {labels_2} counts, for the true "
                "labels in the same order."
            ).format(
                table=table, rows=len(labels) + 1, labels=", ".join(labels), labels_2=len(labels)
            )
        )
    confusion = Confusion(tuple(map(tuple, table)), kind)
    if confusion.images > images:
        raise InvalidData(
            _(
                "The confusion {table!r} counts {images} images, but 'images' is "
                "{images_2}. Correct one of them."
            ).format(table=table, images=confusion.images, images_2=images)
        )
    return confusion


def _is_object(value: object) -> "TypeGuard[dict[str, object]]":
    return isinstance(value, dict) and value != {}


def _is_table(value: object, rows: int, columns: int) -> "TypeGuard[Sequence[Sequence[int]]]":
    return (
        isinstance(value, list)
        and len(value) == rows
        and all(isinstance(row, list) and len(row) == columns for row in value)
        and all(_is_count(count) for row in value for count in row)
    )


def _is_count(value: object) -> "TypeGuard[int]":
    # In Python, True and False are integers.
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
