"""The energy of a store's runs, batch by batch; it is written into the journal first."""

from typing import TYPE_CHECKING

from explorer.store import readings
from explorer.store.records import reading_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.models.readings import Reading
    from explorer.models.requests import ModelSpec
    from explorer.store.database import Database
    from explorer.store.journal import Journal


class Energy:
    """The readings of a store."""

    def __init__(self, database: "Database", journal: "Journal") -> None:
        """Keep the database and the journal."""
        self._database = database
        self._journal = journal

    def save(self, measured: "Iterable[tuple[ModelSpec, Reading]]") -> None:
        """Store readings with their models, all or none."""
        lines = [reading_line(model.identity, reading) for model, reading in measured]
        if lines:
            with self._database.writing() as connection:
                self._journal.keep(connection, lines)

    def runs(self, model: "ModelSpec | None" = None) -> "tuple[tuple[ModelSpec, Reading], ...]":
        """Return the energy of each run, for each model and what was done, by time.

        A reading is the sum of those of its batches; batches that were measured in another way, or
        not at all, have a sum of their own.

        Args:
            model: the model, by whatever name; None for all.
        """
        with self._database.reading() as connection:
            return tuple(readings.sums(connection, model))
