"""The rows of the index: all queries but the counts."""

import json
from dataclasses import asdict, astuple, dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from explorer.models.provenance import Provenance
from explorer.models.requests import canonical
from explorer.perception.annotations import Annotation
from explorer.perception.axes import Perception
from explorer.perception.samples import Sampled
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.models.requests import Asked, ImageRequest, ModelSpec
    from explorer.perception.instruments import Instrument

_KEYS_PER_QUERY = 10_000

# Keys are passed as one JSON list. CROSS JOIN prevents SQLite from scanning the whole table and
# searching the list for each row.
_BY_KEY = "FROM json_each(?) AS asked CROSS JOIN images ON images.key = asked.value"

_STORED = f"SELECT images.key, filtered, digest, bytes, revised {_BY_KEY}"

_FILES = """
    SELECT DISTINCT key, filtered, digest, bytes FROM images WHERE filtered IS NULL ORDER BY key"""

_PERCEIVED = f"""
    SELECT images.key, label, reason, scores {_BY_KEY} CROSS JOIN perceptions
    ON image = images.id AND instrument = ?"""

_UNCLASSIFIED = f"""
    SELECT images.key {_BY_KEY} WHERE filtered IS NULL AND NOT EXISTS (
        SELECT 1 FROM perceptions WHERE image = images.id AND instrument = ?
    )"""

_UNENCODED = f"""
    SELECT images.key {_BY_KEY} WHERE filtered IS NULL AND NOT EXISTS (
        SELECT 1 FROM embeddings WHERE encoder = ? AND embeddings.image = images.id
    )"""

_IS_STORED = """
    SELECT 1 FROM models JOIN prompts ON prompts.model = models.id
    JOIN images ON prompt = prompts.id
    WHERE identity = ? AND text = ? AND replicate = ?"""

_ADD_IMAGE = """
    INSERT INTO images (key, prompt, replicate, filtered, digest, bytes, revised)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""

_KEEP_PERCEPTION = """
    INSERT INTO perceptions (image, instrument, label, reason, scores)
    SELECT id, ?, ?, ?, ? FROM images WHERE key = ?
    ON CONFLICT DO UPDATE SET
        label = excluded.label, reason = excluded.reason, scores = excluded.scores"""

_OF_MODEL = """
    SELECT images.key, label, reason, scores
    FROM models JOIN prompts ON prompts.model = models.id JOIN images ON prompt = prompts.id
    JOIN perceptions ON image = images.id AND instrument = ?
    WHERE identity = ? ORDER BY images.key"""

_KEEP_ANNOTATION = """
    INSERT INTO annotations (image, axis, annotator, label, date) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET label = excluded.label, date = excluded.date"""

_FILTERED_FOR = """
    SELECT key FROM images WHERE filtered IN (SELECT value FROM json_each(:reasons))
    AND replicate < :images AND prompt IN (
        SELECT prompts.id FROM json_each(:texts) AS texts CROSS JOIN prompts
        ON model = :model AND text = texts.value
    )"""

_ANNOTATIONS = """
    SELECT annotations.image, axis, annotator, label, date FROM json_each(?) AS asked
    CROSS JOIN annotations ON annotations.image = asked.value AND axis = ?"""

_ANNOTATIONS_OF_MODEL = """
    SELECT annotations.image, axis, annotator, annotations.label, date
    FROM annotations JOIN images ON key = annotations.image
    JOIN prompts ON prompts.id = prompt JOIN models ON models.id = model AND identity = ?
    JOIN perceptions ON perceptions.image = images.id AND instrument = ?
    WHERE axis = ? ORDER BY key"""

_SAMPLE = """
    SELECT image, answer, among
    FROM models CROSS JOIN samples ON samples.model = models.id AND axis = ? AND instrument = ?
    WHERE identity = ? ORDER BY place"""

_PROVENANCE = "SELECT made FROM provenance JOIN models ON models.id = model WHERE identity = ?"

_REVISIONS = """
    SELECT DISTINCT identity ->> 'revision' FROM models
    WHERE identity ->> 'repo' = ? AND EXISTS (
        SELECT 1 FROM prompts JOIN images ON prompt = prompts.id WHERE model = models.id
    )
    ORDER BY models.id"""

_SIZE = """
    SELECT count(*), count(filtered), coalesce(sum(bytes), 0),
        (SELECT count(*) FROM perceptions)
    FROM images"""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the store.

    `images` includes filtered images. `image_bytes` excludes thumbnails and the index.
    """

    images: int
    filtered: int
    image_bytes: int
    perceptions: int


@dataclass(frozen=True, slots=True)
class Row:
    """A stored image: digest of its pixels and size of its file, or the reason for filtering it.

    `revised` is the prompt that a service used in place of the one that it was given.
    """

    key: str
    filtered: str | None
    digest: str | None
    size: int | None
    revised: str | None = None


def stored(connection: "sqlite3.Connection", keys: "Iterable[str]") -> "Iterator[Row]":
    """Yield the rows of stored images, in the order of the keys."""
    return (Row(*row) for row in _select(connection, _STORED, keys))


def files(connection: "sqlite3.Connection") -> "Iterator[Row]":
    """Yield the row of every stored image that has a file, each file once, ordered by key."""
    return (Row(*row) for row in connection.execute(_FILES))


def unclassified(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str, instrument: "Instrument"
) -> set[str]:
    """Return the keys of the stored images that the instrument has not classified on the axis."""
    number = find_instrument(connection, axis, instrument)
    return {key for (key,) in _select(connection, _UNCLASSIFIED, keys, number)}


def unencoded(
    connection: "sqlite3.Connection", keys: "Iterable[str]", encoder: int | None
) -> set[str]:
    """Return the keys of the stored images that have no embedding by the encoder."""
    return {key for (key,) in _select(connection, _UNENCODED, keys, encoder)}


def perceptions(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str, instrument: "Instrument"
) -> "Iterator[Perception]":
    """Yield the instrument's perceptions of images on the axis."""
    number = find_instrument(connection, axis, instrument)
    for key, label, reason, scores in _select(connection, _PERCEIVED, keys, number):
        yield Perception(key, axis, instrument, label, reason, tuple(json.loads(scores)))


def add_image(connection: "sqlite3.Connection", request: "ImageRequest", row: Row) -> bool:
    """Add an image and return whether it is new."""
    prompt = _prompt(connection, request)
    image = (row.filtered, row.digest, row.size, row.revised)
    values = (row.key, prompt, request.replicate, *image)
    return connection.execute(_ADD_IMAGE, values).rowcount == 1


def is_stored(connection: "sqlite3.Connection", request: "ImageRequest") -> bool:
    """Return whether this replicate of the prompt is stored."""
    values = (request.model.identity, request.prompt.text, request.replicate)
    return connection.execute(_IS_STORED, values).fetchone() is not None


def drop_image(connection: "sqlite3.Connection", key: str) -> None:
    """Remove an image and its perceptions."""
    connection.execute("DELETE FROM images WHERE key = ?", (key,))


def filtered_for(
    connection: "sqlite3.Connection", asked: "Asked", reasons: "Iterable[str]"
) -> list[str]:
    """Return the keys of the images that are filtered for one of the reasons."""
    values = {
        "model": find_model(connection, asked.model),
        "texts": json.dumps(asked.texts),
        "images": asked.images,
        "reasons": json.dumps(list(reasons)),
    }
    return [key for (key,) in connection.execute(_FILTERED_FOR, values)]


def drop_filtered(connection: "sqlite3.Connection", key: str) -> None:
    """Remove an image if it is filtered."""
    connection.execute("DELETE FROM images WHERE key = ? AND filtered IS NOT NULL", (key,))


def keep_perceptions(connection: "sqlite3.Connection", seen: "Iterable[Perception]") -> None:
    """Add perceptions of stored images, replacing earlier ones by the same instrument."""
    numbers: dict[tuple[str, Instrument], int] = {}
    for one in seen:
        who = one.axis, one.instrument
        if who not in numbers:
            insert = "INSERT INTO instruments (axis, name) VALUES (?, ?)"
            numbers[who] = find_instrument(connection, *who) or _added(
                connection, insert, one.axis, str(one.instrument)
            )
        values = (numbers[who], one.label, one.reason, json.dumps(one.scores), one.image_key)
        connection.execute(_KEEP_PERCEPTION, values)


def perceptions_of(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: "Instrument"
) -> "Iterator[Perception]":
    """Yield the instrument's perceptions of all stored images of a model on the axis."""
    number = find_instrument(connection, axis, instrument)
    rows = connection.execute(_OF_MODEL, (number, model.identity))
    for key, label, reason, scores in rows:
        yield Perception(key, axis, instrument, label, reason, tuple(json.loads(scores)))


def keep_annotations(connection: "sqlite3.Connection", annotations: "Iterable[Annotation]") -> None:
    """Add annotations, replacing earlier ones by the same annotator."""
    connection.executemany(_KEEP_ANNOTATION, map(astuple, annotations))


def drop_annotation(
    connection: "sqlite3.Connection", image: str, axis: str, annotator: str
) -> None:
    """Remove one annotator's annotation of one image."""
    connection.execute(
        "DELETE FROM annotations WHERE image = ? AND axis = ? AND annotator = ?",
        (image, axis, annotator),
    )


def annotations(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str
) -> "Iterator[Annotation]":
    """Yield the annotations of images on the axis."""
    return (Annotation(*row) for row in _select(connection, _ANNOTATIONS, keys, axis))


def annotations_of_model(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: "Instrument"
) -> "Iterator[Annotation]":
    """Yield the annotations on the axis of a model's images that the instrument has classified."""
    number = find_instrument(connection, axis, instrument)
    found = connection.execute(_ANNOTATIONS_OF_MODEL, (model.identity, number, axis))
    return (Annotation(*row) for row in found)


def all_annotations(connection: "sqlite3.Connection") -> "Iterator[Annotation]":
    """Yield all annotations, by date."""
    query = "SELECT image, axis, annotator, label, date FROM annotations ORDER BY date, image, axis"
    return (Annotation(*row) for row in connection.execute(query))


def keep_sample(
    connection: "sqlite3.Connection", model: "ModelSpec", sample: "Sequence[Sampled]"
) -> None:
    """Add a sample, replacing earlier ones of the same model, axis and instrument."""
    number = number_of(connection, model)
    for axis, instrument in {(one.axis, str(one.instrument)) for one in sample}:
        connection.execute(
            "DELETE FROM samples WHERE model = ? AND axis = ? AND instrument = ?",
            (number, axis, instrument),
        )
    rows = (
        (number, place, one.image, one.axis, str(one.instrument), one.answer, one.among)
        for place, one in enumerate(sample)
    )
    connection.executemany(
        "INSERT INTO samples (model, place, image, axis, instrument, answer, among) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def samples(
    connection: "sqlite3.Connection",
) -> "Iterator[tuple[str, str, str, list[tuple[str, str | None, int]]]]":
    """Yield model identity, axis, instrument and images with answer and stratum of each sample."""
    query = """
        SELECT identity, axis, instrument, image, answer, among
        FROM samples JOIN models ON models.id = model ORDER BY model, axis, instrument, place"""
    for sample, group in groupby(connection.execute(query), itemgetter(0, 1, 2)):
        yield *sample, [row[3:] for row in group]


def sample(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: "Instrument"
) -> "Iterator[Sampled]":
    """Yield the sample of a model, axis and instrument, in order."""
    rows = connection.execute(_SAMPLE, (axis, str(instrument), model.identity))
    return (Sampled(image, axis, instrument, answer, among) for image, answer, among in rows)


def add_provenance(connection: "sqlite3.Connection", model: "ModelSpec", made: Provenance) -> None:
    """Add a provenance of a model's images, unless it is stored already."""
    connection.execute(
        "INSERT INTO provenance (model, made) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (number_of(connection, model), canonical(asdict(made))),
    )


def provenance(connection: "sqlite3.Connection", model: "ModelSpec") -> tuple[Provenance, ...]:
    """Return the known provenances of a model's images."""
    rows = connection.execute(_PROVENANCE, (model.identity,))
    return tuple(Provenance(**json.loads(made)) for (made,) in rows)


def all_provenance(connection: "sqlite3.Connection") -> "Iterator[tuple[str, Provenance]]":
    """Yield every provenance with the identity of its model."""
    query = "SELECT identity, made FROM provenance JOIN models ON models.id = model"
    for identity, made in connection.execute(query):
        yield identity, Provenance(**json.loads(made))


def filtered(connection: "sqlite3.Connection") -> "Iterator[tuple[str, Prompt, int, str]]":
    """Yield identity of the model, prompt, replicate and reason of every filtered image."""
    query = """
        SELECT identity, profession, adjective, template, replicate, filtered
        FROM images JOIN prompts ON prompts.id = prompt JOIN models ON models.id = model
        WHERE filtered IS NOT NULL"""
    for identity, profession, adjective, template, *image in connection.execute(query):
        yield identity, Prompt(profession, adjective, template), *image


def revisions(connection: "sqlite3.Connection", repo: str) -> tuple[str, ...]:
    """Return the versions of a model that have images, the earliest first."""
    return tuple(revision for (revision,) in connection.execute(_REVISIONS, (repo,)))


def size(connection: "sqlite3.Connection") -> Size:
    """Return the size of the store."""
    return Size(*connection.execute(_SIZE).fetchone())


def find_model(connection: "sqlite3.Connection", model: "ModelSpec") -> int | None:
    """Return the id of a model, None if nothing of it is stored."""
    return _number(connection, "SELECT id FROM models WHERE identity = ?", model.identity)


def number_of(connection: "sqlite3.Connection", model: "ModelSpec") -> int:
    """Return the id of a model, which is added if nothing of it is stored."""
    return find_model(connection, model) or _added(
        connection, "INSERT INTO models (identity) VALUES (?)", model.identity
    )


def find_instrument(
    connection: "sqlite3.Connection", axis: str, instrument: "Instrument"
) -> int | None:
    """Return the id of an instrument on an axis, None if it has classified nothing."""
    query = "SELECT id FROM instruments WHERE axis = ? AND name = ?"
    return _number(connection, query, axis, str(instrument))


def _select(
    connection: "sqlite3.Connection", query: str, keys: "Iterable[str]", *values: object
) -> "Iterator[tuple[Any, ...]]":
    iterator = iter(keys)
    while some := list(islice(iterator, _KEYS_PER_QUERY)):
        yield from connection.execute(query, (json.dumps(some), *values))


def _number(connection: "sqlite3.Connection", query: str, *values: object) -> int | None:
    found = connection.execute(query, values).fetchone()
    return int(found[0]) if found else None


def _prompt(connection: "sqlite3.Connection", request: "ImageRequest") -> int:
    model, prompt = number_of(connection, request.model), request.prompt
    query = "SELECT id FROM prompts WHERE model = ? AND text = ?"
    return _number(connection, query, model, prompt.text) or _added(
        connection,
        "INSERT INTO prompts (model, text, profession, adjective, template) VALUES (?, ?, ?, ?, ?)",
        *(model, prompt.text, prompt.profession, prompt.adjective, prompt.template),
    )


def _added(connection: "sqlite3.Connection", statement: str, *values: object) -> int:
    return int(connection.execute(statement, values).lastrowid or 0)
