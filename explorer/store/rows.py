"""The rows of the index: every query there is."""

import json
from dataclasses import asdict, astuple, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from explorer.findings.tables import Provenance
from explorer.perception.axes import Perception
from explorer.perception.labels import HumanLabel
from explorer.perception.samples import Sampled

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.pictures.requests import ImageRequest, ModelSpec

_KEYS_PER_QUERY = 10_000

# What is asked for comes as one JSON list of keys. CROSS JOIN keeps SQLite from reading the whole
# table first and looking into the list for each row.
_ASKED = "FROM json_each(?) AS asked CROSS JOIN pictures ON pictures.key = asked.value"

_STORED = f"SELECT pictures.key, withheld, digest, bytes {_ASKED}"

_UNJUDGED = f"""
    SELECT pictures.key {_ASKED} WHERE withheld IS NULL AND NOT EXISTS (
        SELECT 1 FROM perceptions WHERE picture = pictures.id AND axis = ? AND instrument = ?
    )"""  # noqa: S608 - the inserted text is the constant above

_PERCEIVED = f"""
    SELECT pictures.key, label, reason, scores {_ASKED} CROSS JOIN perceptions
    ON picture = pictures.id AND axis = ? AND instrument = ?"""

_ADD_PICTURE = """
    INSERT INTO pictures
        (key, model, profession, adjective, template, replicate, withheld, digest, bytes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"""

_KEEP_PERCEPTION = """
    INSERT INTO perceptions (picture, axis, instrument, label, reason, scores)
    SELECT id, ?, ?, ?, ?, ? FROM pictures WHERE key = ?
    ON CONFLICT DO UPDATE SET
        label = excluded.label, reason = excluded.reason, scores = excluded.scores"""

_OF_MODEL = """
    SELECT pictures.key, label, reason, scores
    FROM models JOIN pictures ON pictures.model = models.id
    JOIN perceptions ON picture = pictures.id AND axis = ? AND instrument = ?
    WHERE spec = ? ORDER BY pictures.key"""

_KEEP_LABEL = """
    INSERT INTO labels (picture, axis, rater, label, date) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET label = excluded.label, date = excluded.date"""

_LABELS = """
    SELECT labels.picture, axis, rater, label, date
    FROM json_each(?) AS asked CROSS JOIN labels ON labels.picture = asked.value AND axis = ?"""

_SAMPLE = """
    SELECT picture, axis, instrument, answer, among
    FROM models CROSS JOIN samples ON samples.model = models.id AND axis = ? AND instrument = ?
    WHERE spec = ? ORDER BY place"""

_PROVENANCE = "SELECT made FROM provenance JOIN models ON models.id = model WHERE spec = ?"

_SIZE = """
    SELECT count(*), count(withheld), coalesce(sum(bytes), 0),
        (SELECT count(*) FROM perceptions)
    FROM pictures"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is stored.

    `pictures` counts the withheld ones too. `picture_bytes` leaves thumbnails and index out.
    """

    pictures: int
    withheld: int
    picture_bytes: int
    perceptions: int


@dataclass(frozen=True, slots=True)
class Row:
    """A stored picture: checksum of its pixels and bytes of its file, or why there is none."""

    key: str
    withheld: str | None
    digest: str | None
    size: int | None


def stored(connection: "sqlite3.Connection", keys: "Iterable[str]") -> "Iterator[Row]":
    """Yield the rows of those keys that are stored, in order."""
    return (Row(*row) for row in _select(connection, _STORED, keys))


def unjudged(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str, instrument: str
) -> set[str]:
    """Return which of the stored pictures the instrument has not judged on the axis."""
    return {key for (key,) in _select(connection, _UNJUDGED, keys, axis, instrument)}


def perceptions(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str, instrument: str
) -> "Iterator[Perception]":
    """Yield what the instrument perceived on the axis."""
    for key, label, reason, scores in _select(connection, _PERCEIVED, keys, axis, instrument):
        yield Perception(key, axis, instrument, label, reason, tuple(json.loads(scores)))


def add_picture(connection: "sqlite3.Connection", request: "ImageRequest", row: Row) -> bool:
    """Add a picture; say whether it was not there yet."""
    prompt = request.prompt
    values = (
        *(row.key, _model(connection, request.model)),
        *(prompt.profession, prompt.adjective, prompt.template, request.replicate),
        *(row.withheld, row.digest, row.size),
    )
    return connection.execute(_ADD_PICTURE, values).rowcount == 1


def drop_picture(connection: "sqlite3.Connection", key: str) -> None:
    """Remove a picture and all that was perceived in it."""
    connection.execute("DELETE FROM pictures WHERE key = ?", (key,))


def keep_perceptions(connection: "sqlite3.Connection", seen: "Iterable[Perception]") -> None:
    """Add perceptions of stored pictures, in place of the same instrument's earlier ones."""
    values = (
        (one.axis, one.instrument, one.label, one.reason, json.dumps(one.scores), one.image_key)
        for one in seen
    )
    connection.executemany(_KEEP_PERCEPTION, values)


def perceptions_of(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: str
) -> "Iterator[Perception]":
    """Yield what the instrument perceived on the axis in all stored pictures of a model."""
    for key, label, reason, scores in connection.execute(
        _OF_MODEL, (axis, instrument, _spec(model))
    ):
        yield Perception(key, axis, instrument, label, reason, tuple(json.loads(scores)))


def keep_labels(connection: "sqlite3.Connection", labels: "Iterable[HumanLabel]") -> None:
    """Add what people said, in place of what the same rater said before."""
    connection.executemany(_KEEP_LABEL, map(astuple, labels))


def drop_label(connection: "sqlite3.Connection", picture: str, axis: str, rater: str) -> None:
    """Remove what one rater said of one picture."""
    connection.execute(
        "DELETE FROM labels WHERE picture = ? AND axis = ? AND rater = ?", (picture, axis, rater)
    )


def labels(
    connection: "sqlite3.Connection", keys: "Iterable[str]", axis: str
) -> "Iterator[HumanLabel]":
    """Yield what people said of these pictures on the axis."""
    return (HumanLabel(*row) for row in _select(connection, _LABELS, keys, axis))


def all_labels(connection: "sqlite3.Connection") -> "Iterator[HumanLabel]":
    """Yield everything people said, by date."""
    query = "SELECT picture, axis, rater, label, date FROM labels ORDER BY date, picture, axis"
    return (HumanLabel(*row) for row in connection.execute(query))


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
        "INSERT INTO samples (model, place, picture, axis, instrument, answer, among) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((number, place, *astuple(one)) for place, one in enumerate(sample)),
    )


def sample(
    connection: "sqlite3.Connection", model: "ModelSpec", axis: str, instrument: str
) -> "Iterator[Sampled]":
    """Yield the sample of a model, axis and instrument, in its order."""
    return (Sampled(*row) for row in connection.execute(_SAMPLE, (axis, instrument, _spec(model))))


def add_provenance(connection: "sqlite3.Connection", provenance: Provenance) -> None:
    """Add what drew and judged a model's pictures, if it is not there yet."""
    made = asdict(provenance)
    del made["model"]
    connection.execute(
        "INSERT INTO provenance (model, made) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (_model(connection, provenance.model), json.dumps(made, sort_keys=True)),
    )


def provenance(connection: "sqlite3.Connection", model: "ModelSpec") -> tuple[Provenance, ...]:
    """Return all that ever drew or judged a model's pictures."""
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
