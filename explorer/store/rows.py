"""The rows of the index: every query there is."""

import json
from dataclasses import asdict, astuple, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from explorer.findings.tables import Provenance
from explorer.perception.annotations import Annotation
from explorer.perception.axes import Perception
from explorer.perception.samples import Sampled

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.models.requests import ImageRequest, ModelSpec

_KEYS_PER_QUERY = 10_000

# What is asked for comes as one JSON list of keys. CROSS JOIN keeps SQLite from reading the whole
# table first and looking into the list for each row.
_ASKED = "FROM json_each(?) AS asked CROSS JOIN images ON images.key = asked.value"

_STORED = f"SELECT images.key, filtered, digest, bytes {_ASKED}"

_UNCLASSIFIED = f"""
    SELECT images.key {_ASKED} WHERE filtered IS NULL AND NOT EXISTS (
        SELECT 1 FROM perceptions WHERE image = images.id AND axis = ? AND instrument = ?
    )"""  # noqa: S608 - the inserted text is the constant above

_PERCEIVED = f"""
    SELECT images.key, label, reason, scores {_ASKED} CROSS JOIN perceptions
    ON image = images.id AND axis = ? AND instrument = ?"""

_ADD_IMAGE = """
    INSERT INTO images
        (key, model, profession, adjective, template, replicate, filtered, digest, bytes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"""

_KEEP_PERCEPTION = """
    INSERT INTO perceptions (image, axis, instrument, label, reason, scores)
    SELECT id, ?, ?, ?, ?, ? FROM images WHERE key = ?
    ON CONFLICT DO UPDATE SET
        label = excluded.label, reason = excluded.reason, scores = excluded.scores"""

_OF_MODEL = """
    SELECT images.key, label, reason, scores
    FROM models JOIN images ON images.model = models.id
    JOIN perceptions ON image = images.id AND axis = ? AND instrument = ?
    WHERE spec = ? ORDER BY images.key"""

_KEEP_LABEL = """
    INSERT INTO labels (image, axis, annotator, label, date) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET label = excluded.label, date = excluded.date"""

_LABELS = """
    SELECT labels.image, axis, annotator, label, date
    FROM json_each(?) AS asked CROSS JOIN labels ON labels.image = asked.value AND axis = ?"""

_SAMPLE = """
    SELECT image, axis, instrument, answer, among
    FROM models CROSS JOIN samples ON samples.model = models.id AND axis = ? AND instrument = ?
    WHERE spec = ? ORDER BY place"""

_PROVENANCE = "SELECT made FROM provenance JOIN models ON models.id = model WHERE spec = ?"

_SIZE = """
    SELECT count(*), count(filtered), coalesce(sum(bytes), 0),
        (SELECT count(*) FROM perceptions)
    FROM images"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is stored.

    `images` counts the filtered ones too. `image_bytes` leaves thumbnails and index out.
    """

    images: int
    filtered: int
    image_bytes: int
    perceptions: int


@dataclass(frozen=True, slots=True)
class Row:
    """A stored image: checksum of its pixels and bytes of its file, or why there is none."""

    key: str
    filtered: str | None
    digest: str | None
    size: int | None


def stored(connection: "sqlite3.Connection", keys: "Iterable[str]") -> "Iterator[Row]":
    """Yield the rows of those keys that are stored, in order."""
    return (Row(*row) for row in _select(connection, _STORED, keys))


def unclassified(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str, instrument: str
) -> set[str]:
    """Return which of the stored images the instrument has not classified on the axis."""
    return {key for (key,) in _select(connection, _UNCLASSIFIED, keys, axis, instrument)}


def perceptions(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str, instrument: str
) -> "Iterator[Perception]":
    """Yield what the instrument perceived on the axis."""
    for key, label, reason, scores in _select(connection, _PERCEIVED, keys, axis, instrument):
        yield Perception(key, axis, instrument, label, reason, tuple(json.loads(scores)))


def add_image(connection: "sqlite3.Connection", request: "ImageRequest", row: Row) -> bool:
    """Add an image; say whether it was not there yet."""
    prompt = request.prompt
    values = (
        *(row.key, _model(connection, request.model)),
        *(prompt.profession, prompt.adjective, prompt.template, request.replicate),
        *(row.filtered, row.digest, row.size),
    )
    return connection.execute(_ADD_IMAGE, values).rowcount == 1


def drop_image(connection: "sqlite3.Connection", key: str) -> None:
    """Remove an image and all that was perceived in it."""
    connection.execute("DELETE FROM images WHERE key = ?", (key,))


def keep_perceptions(connection: "sqlite3.Connection", seen: "Iterable[Perception]") -> None:
    """Add perceptions of stored images, in place of the same instrument's earlier ones."""
    values = (
        (one.axis, one.instrument, one.label, one.reason, json.dumps(one.scores), one.image_key)
        for one in seen
    )
    connection.executemany(_KEEP_PERCEPTION, values)


def perceptions_of(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: str
) -> "Iterator[Perception]":
    """Yield what the instrument perceived on the axis in all stored images of a model."""
    for key, label, reason, scores in connection.execute(
        _OF_MODEL, (axis, instrument, _spec(model))
    ):
        yield Perception(key, axis, instrument, label, reason, tuple(json.loads(scores)))


def keep_annotations(connection: "sqlite3.Connection", labels: "Iterable[Annotation]") -> None:
    """Add what people said, in place of what the same annotator said before."""
    connection.executemany(_KEEP_LABEL, map(astuple, labels))


def drop_annotation(
    connection: "sqlite3.Connection", image: str, axis: str, annotator: str
) -> None:
    """Remove what one annotator said of one image."""
    connection.execute(
        "DELETE FROM labels WHERE image = ? AND axis = ? AND annotator = ?",
        (image, axis, annotator),
    )


def labels(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str
) -> "Iterator[Annotation]":
    """Yield what people said of these images on the axis."""
    return (Annotation(*row) for row in _select(connection, _LABELS, keys, axis))


def all_annotations(connection: "sqlite3.Connection") -> "Iterator[Annotation]":
    """Yield everything people said, by date."""
    query = "SELECT image, axis, annotator, label, date FROM labels ORDER BY date, image, axis"
    return (Annotation(*row) for row in connection.execute(query))


def keep_sample(
    connection: "sqlite3.Connection", model: "ModelSpec", sample: "Sequence[Sampled]"
) -> None:
    """Put a sample in place of the earlier ones of the same model, axis and instrument."""
    number = _model(connection, model)
    for axis, instrument in {(one.axis, one.instrument) for one in sample}:
        connection.execute(
            "DELETE FROM samples WHERE model = ? AND axis = ? AND instrument = ?",
            (number, axis, instrument),
        )
    connection.executemany(
        "INSERT INTO samples (model, place, image, axis, instrument, answer, among) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((number, place, *astuple(one)) for place, one in enumerate(sample)),
    )


def sample(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: str
) -> "Iterator[Sampled]":
    """Yield the sample of a model, axis and instrument, in its order."""
    return (Sampled(*row) for row in connection.execute(_SAMPLE, (axis, instrument, _spec(model))))


def add_provenance(connection: "sqlite3.Connection", provenance: Provenance) -> None:
    """Add what generated and classified a model's images, if it is not there yet."""
    made = asdict(provenance)
    del made["model"]
    connection.execute(
        "INSERT INTO provenance (model, made) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (_model(connection, provenance.model), json.dumps(made, sort_keys=True)),
    )


def provenance(connection: "sqlite3.Connection", model: "ModelSpec") -> tuple[Provenance, ...]:
    """Return all that ever generated or classified a model's images."""
    rows = connection.execute(_PROVENANCE, (_spec(model),))
    return tuple(_provenance(model, json.loads(made)) for (made,) in rows)


def size(connection: "sqlite3.Connection") -> Size:
    """Count everything."""
    return Size(*connection.execute(_SIZE).fetchone())


def _select(
    connection: "sqlite3.Connection", query: str, keys: "Iterable[str]", *values: str
) -> "Iterator[tuple[Any, ...]]":
    iterator = iter(keys)
    while some := list(islice(iterator, _KEYS_PER_QUERY)):
        yield from connection.execute(query, (json.dumps(some), *values))


def _model(connection: "sqlite3.Connection", model: "ModelSpec") -> int:
    spec = (_spec(model),)
    connection.execute("INSERT INTO models (spec) VALUES (?) ON CONFLICT DO NOTHING", spec)
    return int(connection.execute("SELECT id FROM models WHERE spec = ?", spec).fetchone()[0])


def _spec(model: "ModelSpec") -> str:
    return json.dumps(asdict(model), sort_keys=True)


def _provenance(model: "ModelSpec", made: "dict[str, Any]") -> Provenance:
    instruments = tuple((axis, instrument) for axis, instrument in made.pop("instruments"))
    return Provenance(model=model, instruments=instruments, **made)
