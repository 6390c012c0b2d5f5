"""The rows of readings: the energy of batches, which the index adds up for each run."""

import json
from typing import TYPE_CHECKING

from explorer.models.readings import Circumstances, Reading, circumstances_fields
from explorer.models.requests import canonical, read_spec
from explorer.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from explorer.models.requests import ModelSpec

_KEEP = """
    INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""

_ALL = """
    SELECT identity, run, name, done, started, images, seconds, cpu_kwh, gpu_kwh, ram_kwh, share
    FROM readings JOIN models ON models.id = model ORDER BY started, done, identity"""

# Batches of which nothing was measured are a sum of their own, and so is each way of measuring.
_SUMS = """
    SELECT identity, run, name, done, min(started), sum(images), sum(seconds),
        sum(cpu_kwh), sum(gpu_kwh), sum(ram_kwh), sum(share * images) / sum(images)
    FROM readings JOIN models ON models.id = model {}
    GROUP BY model, run, name, done, cpu_kwh IS NULL, gpu_kwh IS NULL, ram_kwh IS NULL
    ORDER BY min(started), done, identity"""


def keep(connection: "sqlite3.Connection", model: "ModelSpec", reading: Reading) -> None:
    """Add a reading, unless it is stored already."""
    energies = (reading.cpu_kwh, reading.gpu_kwh, reading.ram_kwh, reading.share)
    run = canonical(circumstances_fields(reading.where))
    values = (
        *(rows.number_of(connection, model), run, reading.started, reading.done, reading.model),
        *(reading.images, reading.seconds, *energies),
    )
    connection.execute(_KEEP, values)


def every(connection: "sqlite3.Connection") -> "Iterator[tuple[str, Reading]]":
    """Yield every reading with the identity of its model, by time."""
    return (_read(row) for row in connection.execute(_ALL))


def sums(
    connection: "sqlite3.Connection", model: "ModelSpec | None"
) -> "Iterator[tuple[ModelSpec, Reading]]":
    """Yield the sums of each run's readings of each model, of one or of all models, by time."""
    of_one = ("WHERE identity = ?", (model.identity,)) if model else ("", ())
    for row in connection.execute(_SUMS.format(of_one[0]), of_one[1]):
        identity, reading = _read(row)
        yield read_spec({"name": reading.model, **json.loads(identity)}), reading


def _read(row: "tuple[str, ...]") -> tuple[str, Reading]:
    identity, run, *values = row
    return identity, Reading(Circumstances(**json.loads(run)), *values)  # type: ignore[arg-type]
