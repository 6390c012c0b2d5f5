"""Counts of stored images and answers for many prompts at once, computed by SQLite.

This module takes texts and returns numbers; it does not derive the answers of recalibrated or gated
instruments. For an instrument with a gate, each row also has the gate's answer.
"""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.perception.subject import SUBJECT
from explorer.store.rows import Row, find_instrument, find_model

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from explorer.models.requests import Asked
    from explorer.perception.instruments import Instrument

# The prompts of one model by text. A prompt is `whole` if the study asks for all of its stored
# images: the index keeps the counts of these. For other prompts, only the first replicates are
# counted, row by row. CROSS JOIN prevents SQLite from starting with the largest table.
_ASKED = """
    WITH asked AS MATERIALIZED (
        SELECT prompts.id, text, NOT EXISTS (
            SELECT 1 FROM images WHERE prompt = prompts.id AND replicate >= :images
        ) AS whole
        FROM json_each(:texts) AS texts CROSS JOIN prompts ON model = :model AND text = texts.value
    )"""
_IMAGES = "asked CROSS JOIN images ON prompt = asked.id AND replicate < :images"
_OWN = "CROSS JOIN perceptions AS own ON own.image = images.id AND own.instrument = :own"
_GATE = "CROSS JOIN perceptions AS gate ON gate.image = images.id AND gate.instrument = :gate"
_GATE_ANSWER = {True: "gate.label, gate.reason", False: "NULL, NULL"}

_COUNT_IMAGES = f"""{_ASKED}
    SELECT text, nullif(filtered, ''), number FROM asked
    CROSS JOIN image_counts ON prompt = asked.id WHERE whole AND number
    UNION ALL
    SELECT text, filtered, count(*) FROM {_IMAGES} WHERE NOT whole GROUP BY 1, 2"""

_COUNT_ANSWERS = f"""{_ASKED}
    SELECT text, nullif(label, ''), nullif(reason, ''), NULL, NULL, number FROM asked
    CROSS JOIN answer_counts ON prompt = asked.id AND instrument = :own WHERE whole AND number
    UNION ALL
    SELECT text, label, reason, NULL, NULL, count(*) FROM {_IMAGES} {_OWN}
    WHERE NOT whole GROUP BY 1, 2, 3"""

_COUNT_GATED = f"""{_ASKED}
    SELECT text, own.label, own.reason, gate.label, gate.reason, count(*)
    FROM {_IMAGES} {_OWN} {_GATE} GROUP BY 1, 2, 3, 4, 5"""

_REPLICATES = f"{_ASKED} SELECT text, replicate FROM {_IMAGES}"

# Prompts whose counts say that all is classified are left out before their images are looked at.
_UNCLASSIFIED = f"""{_ASKED}, open AS MATERIALIZED (
        SELECT id, text FROM asked WHERE NOT whole OR (
            SELECT sum(number) FROM image_counts WHERE prompt = asked.id AND filtered = ''
        ) <> (
            SELECT total(number) FROM answer_counts WHERE prompt = asked.id AND instrument = :own
        )
    )
    SELECT text, replicate FROM open
    CROSS JOIN images ON prompt = open.id AND replicate < :images
    WHERE filtered IS NULL AND NOT EXISTS (
        SELECT 1 FROM perceptions WHERE image = images.id AND instrument = :own
    )"""

_EMBEDDINGS = f"""{_ASKED} SELECT text, replicate, key, vector FROM {_IMAGES}
    CROSS JOIN embeddings ON encoder = :encoder AND embeddings.image = images.id"""

_UNENCODED = f"""{_REPLICATES} WHERE filtered IS NULL AND NOT EXISTS (
        SELECT 1 FROM embeddings WHERE encoder = :encoder AND embeddings.image = images.id
    )"""

_FILES = f"{_ASKED} SELECT key, filtered, digest, bytes FROM {_IMAGES}"

_REVISED = (
    f"{_ASKED} SELECT text, revised, count(*) FROM {_IMAGES} AND revised IS NOT NULL GROUP BY 1, 2"
)


_ASKED_OF_BOTH = """
    WITH asked AS MATERIALIZED (
        SELECT one.text, one.id AS left_id, other.id AS right_id
        FROM json_each(:texts) AS texts
        CROSS JOIN prompts AS one ON one.model = :model_left AND one.text = texts.value
        CROSS JOIN prompts AS other ON other.model = :model_right AND other.text = one.text
    )"""
_PAIRS = """asked
    CROSS JOIN images AS image_left
    ON image_left.prompt = left_id AND image_left.replicate < :images
    CROSS JOIN images AS image_right
    ON image_right.prompt = right_id AND image_right.replicate = image_left.replicate"""


class AnswerCount(NamedTuple):
    """The number of images of a prompt with one answer, and one answer of the gate if any."""

    text: str
    label: str | None
    reason: str | None
    gate_label: str | None
    gate_reason: str | None
    number: int


class PairCount(NamedTuple):
    """The number of pairs of images, with the same text and replicate, with two answers."""

    text: str
    left: tuple[str | None, str | None, str | None]
    right: tuple[str | None, str | None, str | None]
    number: int


def image_counts(
    connection: "sqlite3.Connection", asked: "Asked"
) -> "Iterator[tuple[str, str | None, int]]":
    """Yield text, reason for filtering (None for an unfiltered image) and number of images."""
    return connection.execute(_COUNT_IMAGES, _values(connection, asked))


def answer_counts(
    connection: "sqlite3.Connection", asked: "Asked", axis: str, instrument: "Instrument"
) -> "Iterator[AnswerCount]":
    """Yield the number of images of each prompt with each answer."""
    query = _COUNT_GATED if instrument.gate else _COUNT_ANSWERS
    values = _values(connection, asked, axis, instrument)
    return map(AnswerCount._make, connection.execute(query, values))


def scored_answers(
    connection: "sqlite3.Connection", asked: "Asked", axis: str, instrument: "Instrument"
) -> "Iterator[tuple[AnswerCount, tuple[float, ...]]]":
    """Yield the answer for each image with its scores."""
    gate = _GATE if instrument.gate else ""
    query = f"""{_ASKED}
        SELECT own.scores, text, own.label, own.reason, {_GATE_ANSWER[bool(gate)]}, 1
        FROM {_IMAGES} {_OWN} {gate}"""
    for scores, *row in connection.execute(query, _values(connection, asked, axis, instrument)):
        yield AnswerCount(*row), tuple(json.loads(scores))


def replicates(connection: "sqlite3.Connection", asked: "Asked") -> "Iterator[tuple[str, int]]":
    """Yield text and replicate of every stored image."""
    return connection.execute(_REPLICATES, _values(connection, asked))


def unclassified(
    connection: "sqlite3.Connection", asked: "Asked", axis: str, instrument: "Instrument"
) -> "Iterator[tuple[str, int]]":
    """Yield text and replicate of every stored image that the instrument has not classified."""
    return connection.execute(_UNCLASSIFIED, _values(connection, asked, axis, instrument))


def embeddings(
    connection: "sqlite3.Connection", asked: "Asked", encoder: int | None
) -> "Iterator[tuple[str, int, str, bytes]]":
    """Yield text, replicate, key and vector of every stored image that is encoded."""
    return connection.execute(_EMBEDDINGS, _values(connection, asked) | {"encoder": encoder})


def unencoded(
    connection: "sqlite3.Connection", asked: "Asked", encoder: int | None
) -> "Iterator[tuple[str, int]]":
    """Yield text and replicate of every stored image that is not encoded."""
    return connection.execute(_UNENCODED, _values(connection, asked) | {"encoder": encoder})


def files(connection: "sqlite3.Connection", asked: "Asked") -> "Iterator[Row]":
    """Yield the row of every stored image."""
    return (Row(*row) for row in connection.execute(_FILES, _values(connection, asked)))


def revised(connection: "sqlite3.Connection", asked: "Asked") -> "Iterator[tuple[str, str, int]]":
    """Yield text, the prompt that was used in its place, and the number of images."""
    return connection.execute(_REVISED, _values(connection, asked))


def pair_counts(
    connection: "sqlite3.Connection",
    sides: "tuple[Asked, Asked]",
    axis: str,
    instruments: "tuple[Instrument, Instrument]",
) -> "Iterator[PairCount]":
    """Yield the number of pairs of two models' images of each prompt with each pair of answers.

    A side is the label, the gate's label and the gate's reason; the last two are None without a
    gate.
    """
    joins, columns = [], []
    for side, instrument in zip(("left", "right"), instruments, strict=True):
        columns.append(f"own_{side}.label")
        joins.append(_perceived("own", side))
        if instrument.gate:
            joins.append(_perceived("gate", side))
        columns += [
            f"gate_{side}.{one}" if instrument.gate else "NULL" for one in ("label", "reason")
        ]
    query = f"""{_ASKED_OF_BOTH}
        SELECT text, {", ".join(columns)}, count(*)
        FROM {_PAIRS} {" ".join(joins)} GROUP BY 1, 2, 3, 4, 5, 6, 7"""
    values = _values(connection, sides[0]) | {
        f"{name}_{side}": value
        for side, asked, instrument in zip(("left", "right"), sides, instruments, strict=True)
        for name, value in _values(connection, asked, axis, instrument).items()
    }
    for text, *answers, number in connection.execute(query, values):
        yield PairCount(text, tuple(answers[:3]), tuple(answers[3:]), number)


def _perceived(name: str, side: str) -> str:
    alias = f"{name}_{side}"
    return (
        f"CROSS JOIN perceptions AS {alias} "
        f"ON {alias}.image = image_{side}.id AND {alias}.instrument = :{alias}"
    )


def _values(
    connection: "sqlite3.Connection",
    asked: "Asked",
    axis: str = "",
    instrument: "Instrument | None" = None,
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "model": find_model(connection, asked.model),
        "texts": json.dumps(list(dict.fromkeys(asked.texts))),
        "images": asked.images,
    }
    if instrument:
        values["own"] = find_instrument(connection, axis, instrument.stored)
        values["gate"] = instrument.gate and find_instrument(connection, SUBJECT, instrument.gate)
    return values
