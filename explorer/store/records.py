"""The lines of the journal: what people said, and what an index without images cannot tell.

A line is a JSON object with one entry, whose name says what it is. Whatever is said twice has the
effect of the last time. A model is written as its identity, without its name.
"""

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData
from explorer.models.provenance import Provenance
from explorer.models.readings import CLASSIFIED, GENERATED, Circumstances, Reading, reading_fields
from explorer.models.requests import ImageRequest, ModelSpec, canonical, read_spec
from explorer.perception.annotations import Annotation
from explorer.perception.instruments import Instrument
from explorer.perception.samples import Sampled
from explorer.store import readings, rows
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from explorer.store.entries import Entry

_ANNOTATED = "annotation"
_TAKEN_BACK = "annotation taken back"
_SAMPLED = "sample"
_FILTERED = "filtered image"
_TRIED_AGAIN = "filtered image tried again"
_MADE = "provenance"
_METERED = "energy"


def annotation_line(annotation: Annotation) -> bytes:
    """Return the line of an annotation."""
    return _line(_ANNOTATED, asdict(annotation))


def taken_back_line(image: str, axis: str, annotator: str) -> bytes:
    """Return the line that takes an annotation back."""
    return _line(_TAKEN_BACK, {"image": image, "axis": axis, "annotator": annotator})


def sample_line(
    identity: str, axis: str, instrument: str, images: "Sequence[tuple[str, str | None, int]]"
) -> bytes:
    """Return the line of a sample: its images, each with answer and size of the stratum."""
    fields = {"axis": axis, "instrument": instrument, "images": images}
    return _line(_SAMPLED, {"model": json.loads(identity), **fields})


def filtered_line(identity: str, prompt: Prompt, replicate: int, reason: str) -> bytes:
    """Return the line of a filtered image."""
    fields = {"prompt": asdict(prompt), "replicate": replicate, "reason": reason}
    return _line(_FILTERED, {"model": json.loads(identity), **fields})


def lines_without_file(entries: "Iterable[Entry]") -> list[bytes]:
    """Return the lines of the filtered images among new ones; they have no file to be found by."""
    asked = [(one.request, one.filtered) for one in entries if one.filtered is not None]
    return [
        filtered_line(one.model.identity, one.prompt, one.replicate, reason)
        for one, reason in asked
    ]


def tried_again_line(image: str) -> bytes:
    """Return the line that lets a filtered image be generated again."""
    return _line(_TRIED_AGAIN, {"image": image})


def provenance_line(identity: str, made: Provenance) -> bytes:
    """Return the line of a provenance of a model's images."""
    return _line(_MADE, {"model": json.loads(identity), "made": asdict(made)})


def reading_line(identity: str, reading: Reading) -> bytes:
    """Return the line of the energy of a batch of a model's images."""
    return _line(_METERED, {"model": json.loads(identity), "reading": reading_fields(reading)})


def all_lines(connection: "sqlite3.Connection") -> "Iterator[bytes]":
    """Yield the lines that say all of this that the index knows."""
    yield from map(annotation_line, rows.all_annotations(connection))
    for sample in rows.samples(connection):
        yield sample_line(*sample)
    for image in rows.filtered(connection):
        yield filtered_line(*image)
    for made in rows.all_provenance(connection):
        yield provenance_line(*made)
    for reading in readings.every(connection):
        yield reading_line(*reading)


def apply(connection: "sqlite3.Connection", line: bytes) -> bool:
    """Add what a line says to the index, and return whether the line can be read."""
    try:
        ((kind, fields),) = json.loads(line).items()
        _READERS[kind](connection, fields)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, InvalidData):
        return False
    return True


def is_readable(line: bytes) -> bool:
    """Return whether a line is an entry of a known kind, whose words are not checked."""
    try:
        ((kind, _fields),) = json.loads(line).items()
    except (ValueError, AttributeError):
        return False
    return kind in _READERS


def _line(kind: str, fields: "Mapping[str, object]") -> bytes:
    return canonical({kind: fields}).encode()


def _annotated(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    said = Annotation(**{name: _text(value) for name, value in fields.items()})
    rows.keep_annotations(connection, [said])


def _taken_back(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    key = (_text(fields[name]) for name in ("image", "axis", "annotator"))
    rows.drop_annotation(connection, *key)


def _sampled(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    axis, instrument = _text(fields["axis"]), Instrument.parse(fields["instrument"])
    sample = [
        Sampled(_text(image), axis, instrument, None if answer is None else _text(answer), among)
        for image, answer, among in fields["images"]
        if isinstance(among, int)
    ]
    rows.keep_sample(connection, _model(fields), sample)


def _filtered(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    replicate = fields["replicate"]
    if not isinstance(replicate, int):
        raise TypeError(replicate)
    request = ImageRequest(_model(fields), Prompt(**fields["prompt"]), replicate)
    rows.add_image(connection, request, rows.Row(request.key, _text(fields["reason"]), None, None))


def _tried_again(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    rows.drop_filtered(connection, _text(fields["image"]))


def _made(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    rows.add_provenance(connection, _model(fields), Provenance(**fields["made"]))


def _metered(connection: "sqlite3.Connection", fields: "Mapping[str, Any]") -> None:
    values = dict(fields["reading"])
    where = Circumstances(**values.pop("where"))
    reading = Reading(where, **values)
    energies = (reading.cpu_kwh, reading.gpu_kwh, reading.ram_kwh)
    for amount in (reading.images, reading.seconds, reading.share, *filter(None, energies)):
        # Written so that what is no number is refused.
        if not 0 < float(amount) < math.inf:
            raise ValueError(amount)
    if reading.done not in {GENERATED, CLASSIFIED} or not isinstance(reading.images, int):
        raise ValueError(values)
    for text in (where.run, reading.model, reading.started):
        _text(text)
    readings.keep(connection, _model(fields), reading)


_READERS = {
    _ANNOTATED: _annotated,
    _TAKEN_BACK: _taken_back,
    _SAMPLED: _sampled,
    _FILTERED: _filtered,
    _TRIED_AGAIN: _tried_again,
    _MADE: _made,
    _METERED: _metered,
}


def _model(fields: "Mapping[str, Any]") -> ModelSpec:
    # The identity is all that counts here, so any name will do.
    return read_spec({"name": fields["model"]["repo"], **fields["model"]})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
