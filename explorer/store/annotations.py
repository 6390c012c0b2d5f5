"""Annotations of stored images, and the samples given to annotators.

They are written into the journal first, which outlives the index.
"""

from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.store import rows
from explorer.store.records import annotation_line, sample_line, taken_back_line
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.models.requests import ModelSpec
    from explorer.perception.annotations import Annotation
    from explorer.perception.instruments import Instrument
    from explorer.perception.samples import Sampled
    from explorer.store.database import Database
    from explorer.store.journal import Journal


class Annotations:
    """The annotations and samples of a store."""

    def __init__(self, database: "Database", journal: "Journal") -> None:
        """Keep the database and the journal."""
        self._database = database
        self._journal = journal
        # The annotators whose annotations correct shares; None for all.
        self.trusted: frozenset[str] | None = None

    def save(self, annotations: "Iterable[Annotation]") -> None:
        """Store annotations, all or none; an annotator's later one replaces the earlier one.

        Raises:
            InvalidData: no image of that key is stored, or it was filtered.
        """
        given = tuple(annotations)
        with self._database.writing() as connection:
            keys = {one.image for one in given}
            shown = {one.key for one in rows.stored(connection, keys) if one.filtered is None}
            unknown = next((one.image for one in given if one.image not in shown), None)
            if unknown is not None:
                raise InvalidData(
                    _(
                        "No image {unknown!r} is stored here. Annotate images of a sample that "
                        "`annotate sample` took from this cache."
                    ).format(unknown=unknown)
                )
            self._journal.keep(connection, [annotation_line(one) for one in given])

    def drop(self, image: str, axis: str, annotator: str) -> None:
        """Delete one annotator's annotation of one image, if there is one."""
        with self._database.writing() as connection:
            self._journal.keep(connection, [taken_back_line(image, axis, annotator)])

    def of(self, keys: "Iterable[str]", axis: str) -> "tuple[Annotation, ...]":
        """Return the annotations of images on one axis."""
        with self._database.reading() as connection:
            return tuple(rows.annotations(connection, keys, axis))

    def of_model(
        self, model: "ModelSpec", axis: str, instrument: "Instrument"
    ) -> "tuple[Annotation, ...]":
        """Return the annotations of a model's images that an instrument has classified."""
        with self._database.reading() as connection:
            return tuple(rows.annotations_of_model(connection, model, axis, instrument))

    def counting(self, keys: "Iterable[str]", axis: str) -> "tuple[Annotation, ...]":
        """Return the annotations of images on one axis that correct shares."""
        trusted = self.trusted
        return tuple(
            one for one in self.of(keys, axis) if trusted is None or one.annotator in trusted
        )

    def all(self) -> "tuple[Annotation, ...]":
        """Return every annotation, by date."""
        with self._database.reading() as connection:
            return tuple(rows.all_annotations(connection))

    def save_sample(self, model: "ModelSpec", sample: "Sequence[Sampled]") -> None:
        """Store a sample of one axis and instrument, replacing the model's earlier one."""
        axis, instrument = sample[0].axis, str(sample[0].instrument)
        images = [(one.image, one.answer, one.among) for one in sample]
        with self._database.writing() as connection:
            line = sample_line(model.identity, axis, instrument, images)
            self._journal.keep(connection, [line])

    def sample(
        self, model: "ModelSpec", axis: str, instrument: "Instrument"
    ) -> "tuple[Sampled, ...]":
        """Return the sample of a model, axis and instrument, in order; empty if there is none."""
        with self._database.reading() as connection:
            return tuple(rows.sample(connection, model, axis, instrument))
