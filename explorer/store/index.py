"""The store: images, their perceptions, and their origin."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from explorer.errors import StoreError, StoreUnwritable
from explorer.models.requests import Image
from explorer.store import counts, rows
from explorer.store.annotations import Annotations
from explorer.store.damage import Damage
from explorer.store.database import Database
from explorer.store.embeddings import Embeddings
from explorer.store.energy import Energy
from explorer.store.entries import Entry, batches, encoded, put, stage
from explorer.store.observations import Observation
from explorer.store.opening import prepare, prepare_reading
from explorer.store.readonly import ReadonlyBlobs, hold
from explorer.store.records import lines_without_file, provenance_line, tried_again_line
from explorer.store.room import Room
from explorer.store.verification import Verification
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import numpy as np

    from explorer.models.provenance import Provenance
    from explorer.models.requests import Asked, ImageRequest, ModelSpec
    from explorer.perception.axes import Perception
    from explorer.perception.instruments import Instrument
    from explorer.store.counts import AnswerCount, PairCount
    from explorer.store.opening import Parts
    from explorer.store.verification import Step

_Item = TypeVar("_Item", Image, Entry)


class Store:
    """The cache folder: image files, and an index of the complete ones.

    The row of an image is written last: an image without a row counts as missing and is generated
    again. If two processes generate the same image, the first one is kept. Any number of threads
    can share a Store, and any number of processes a folder.
    """

    def __init__(self, parts: "Parts") -> None:
        """Keep the parts, which `open` and `open_reading` prepare."""
        self._blobs = parts.blobs
        self._journal = parts.journal
        self.notices = parts.notices
        self._use(parts.database)

    def _use(self, database: Database) -> None:
        """Let all parts read and write this index."""
        self._database = database
        self._damage = Damage(self._blobs, database)
        self.annotations = Annotations(database, self._journal)
        self.energy = Energy(database, self._journal)
        self.embeddings = Embeddings(database)
        self.room = Room(self._blobs, database)

    @classmethod
    def open(cls, root: "Path", busy_seconds: float = 30.0) -> "Store":
        """Return the store in a folder, after rebuilding a missing or damaged index.

        Args:
            root: the cache folder.
            busy_seconds: the longest time to wait for another process that is writing.

        Raises:
            StoreUnwritable: the folder or the index cannot be written.
            StoreCorrupt: the index is another program's or of a newer version.
            StoreBusy: another process locked the index for too long.
        """
        return cls(prepare(root.expanduser().absolute(), busy_seconds))

    @classmethod
    def open_reading(cls, root: "Path", refusal: StoreUnwritable) -> "Store":
        """Return a store that is only read, in a folder that `open` could not write.

        Args:
            root: the cache folder.
            refusal: what `open` raised.

        Raises:
            StoreUnwritable: there is no such folder.
            StoreCorrupt: the index is another program's or of a newer version.
        """
        return cls(prepare_reading(root.expanduser().absolute(), refusal))

    def require_writable(self) -> None:
        """Refuse a store that is only read.

        Raises:
            StoreUnwritable: it says why.
        """
        self._database.require_writable()

    @property
    def is_writable(self) -> bool:
        """Whether images and annotations can be stored."""
        return self._database.refusal is None

    def close(self) -> None:
        """Close the index."""
        self._database.close()

    @property
    def root(self) -> "Path":
        """The cache folder."""
        return self._blobs.root

    @property
    def images_root(self) -> "Path":
        """The folder that contains only the images."""
        return self._blobs.images

    @property
    def thumbnails_root(self) -> "Path":
        """The folder that contains only the thumbnails."""
        return self._blobs.thumbnails

    def image_path(self, key: str) -> "Path":
        """Return the path of the image with a key, generated or not."""
        return self._blobs.image_path(key)

    def thumbnail_path(self, key: str) -> "Path":
        """Return the path of the thumbnail with a key, generated or not."""
        return self._blobs.thumbnail_path(key)

    def check(self, asked: "Asked") -> None:
        """Check the files of the stored images that are asked for.

        An image whose file is missing or has another size is reported and removed, and then counts
        as missing. A missing thumbnail is restored.

        Raises:
            StoreError: the index cannot be read.
        """
        with self._database.reading() as connection:
            stored = list(counts.files(connection, asked))
        for row in stored:
            self._damage.is_whole(row)

    def replicates(self, asked: "Asked") -> "set[tuple[str, int]]":
        """Return text and replicate of every stored image."""
        with self._database.reading() as connection:
            return set(counts.replicates(connection, asked))

    def image_counts(self, asked: "Asked") -> "list[tuple[str, str | None, int]]":
        """Return text, reason for filtering (None for an unfiltered image) and number of images."""
        with self._database.reading() as connection:
            return list(counts.image_counts(connection, asked))

    def answer_counts(
        self, asked: "Asked", axis: str, instrument: "Instrument"
    ) -> "list[AnswerCount]":
        """Return the number of images of each prompt with each answer."""
        with self._database.reading() as connection:
            return list(counts.answer_counts(connection, asked, axis, instrument))

    def scored_answers(
        self, asked: "Asked", axis: str, instrument: "Instrument"
    ) -> "list[tuple[AnswerCount, tuple[float, ...]]]":
        """Return the answer for each image with its scores."""
        with self._database.reading() as connection:
            return list(counts.scored_answers(connection, asked, axis, instrument))

    def revised(self, asked: "Asked") -> "list[tuple[str, str, int]]":
        """Return text, the prompt that a service used in its place, and the number of images."""
        with self._database.reading() as connection:
            return list(counts.revised(connection, asked))

    def pair_counts(
        self,
        sides: "tuple[Asked, Asked]",
        axis: str,
        instruments: "tuple[Instrument, Instrument]",
    ) -> "list[PairCount]":
        """Return the number of pairs of two models' images with each pair of answers, by prompt."""
        with self._database.reading() as connection:
            return list(counts.pair_counts(connection, sides, axis, instruments))

    def save(self, images: "Iterable[Image]") -> None:
        """Store images in batches of 32, each batch completely or not at all.

        Images that are already stored are not changed.

        Raises:
            StoreError: a batch cannot be written; earlier batches are kept.
        """
        for batch in batches(images):
            self._save(batch, encoded)

    def save_entries(self, entries: "Iterable[Entry]") -> int:
        """Store encoded images and return the number of new ones.

        Images that are already stored are not changed, and neither are their perceptions. A store
        that is only read holds the images in memory until it is closed.

        Raises:
            StoreError: a batch of 32 cannot be written; earlier batches are kept.
        """
        if isinstance(self._blobs, ReadonlyBlobs):
            return self._hold(self._blobs, entries)
        return sum(self._save(batch, lambda entry: entry) for batch in batches(entries))

    def held(self, key: str) -> bytes | None:
        """Return the bytes of an image that is held in memory, None for any other."""
        return self._blobs.held.get(key) if isinstance(self._blobs, ReadonlyBlobs) else None

    def forget_filtered(self, asked: "Asked", reasons: "Iterable[str]") -> None:
        """Forget the images that are filtered for one of the reasons; they count as missing."""
        with self._database.writing() as connection:
            keys = rows.filtered_for(connection, asked, reasons)
            self._journal.keep(connection, [tried_again_line(key) for key in keys])

    def load(self, request: "ImageRequest") -> Image:
        """Return a stored image, its pixels exactly as they were saved.

        Raises:
            StoreCorrupt: the file is damaged or missing. It is removed and so generated again.
            StoreError: the image is not stored.
        """
        entry, pixels = self._read(request)
        return Image(request, pixels, entry.filtered, entry.revised)

    def entry(self, request: "ImageRequest") -> Entry:
        """Return a stored image in encoded form, checked, without thumbnail and perceptions.

        Raises:
            StoreCorrupt: the file is damaged or missing. It is removed and so generated again.
            StoreError: the image is not stored.
        """
        return self._read(request)[0]

    def unclassified(
        self, requests: "Iterable[ImageRequest]", axis: str, instrument: "Instrument"
    ) -> "tuple[ImageRequest, ...]":
        """Return the stored images that the instrument has not classified on the axis, in order."""
        wanted = {request.key: request for request in requests}
        with self._database.reading() as connection:
            keys = rows.unclassified(connection, wanted, axis, instrument)
        return tuple(request for key, request in wanted.items() if key in keys)

    def unclassified_of(
        self, asked: "Asked", axis: str, instrument: "Instrument"
    ) -> "set[tuple[str, int]]":
        """Return text and replicate of every stored image not classified on the axis yet."""
        with self._database.reading() as connection:
            return set(counts.unclassified(connection, asked, axis, instrument))

    def save_perceptions(self, perceptions: "Iterable[Perception]") -> None:
        """Store perceptions, replacing earlier ones by the same instrument.

        Perceptions of images that are not stored, or no longer stored, are ignored.
        """
        # It may classify images, during which other processes must be able to write.
        seen = tuple(perceptions)
        with self._database.writing() as connection:
            rows.keep_perceptions(connection, seen)

    def observations(
        self, requests: "Iterable[ImageRequest]", instruments: "Mapping[str, Instrument]"
    ) -> tuple[Observation, ...]:
        """Return stored images, in order, with their perceptions.

        Their files are checked as in `check`; damaged images are removed and left out.

        Args:
            requests: the images; those that are not stored are left out.
            instruments: the instruments of the perceptions, by axis name.
        """
        asked = tuple(requests)
        keys = {request.key for request in asked}
        with self._database.reading() as connection:
            stored = {row.key: row for row in rows.stored(connection, keys)}
            seen: dict[str, dict[str, Perception]] = {key: {} for key in stored}
            for axis, instrument in instruments.items():
                for perception in rows.perceptions(connection, seen, axis, instrument):
                    seen[perception.image_key][axis] = perception
        whole = {key: row for key, row in stored.items() if self._damage.is_whole(row)}
        return tuple(
            Observation(one, row.filtered, seen[one.key], row.revised)
            for one in asked
            if (row := whole.get(one.key))
        )

    def perceptions_of(
        self, model: "ModelSpec", axis: str, instrument: "Instrument"
    ) -> "tuple[Perception, ...]":
        """Return the instrument's perceptions of all stored images of a model, ordered by key."""
        with self._database.reading() as connection:
            return tuple(rows.perceptions_of(connection, model, axis, instrument))

    def perceptions(
        self, keys: "Iterable[str]", axis: str, instrument: "Instrument"
    ) -> "dict[str, Perception]":
        """Return the instrument's perceptions of images, by key."""
        with self._database.reading() as connection:
            seen = rows.perceptions(connection, keys, axis, instrument)
            return {one.image_key: one for one in seen}

    def pixels(self, key: str) -> "np.ndarray":
        """Return the pixels of the stored image with a key.

        Raises:
            StoreCorrupt: the file is damaged or missing. It is removed and so generated again.
            StoreError: there is no such image.
        """
        with self._database.reading() as connection:
            row = next(rows.stored(connection, [key]), None)
        if row is None or row.filtered is not None:
            raise StoreError(_("No image {key!r} is stored. Generate it first.").format(key=key))
        return self._damage.read(row)[1]

    def record(self, model: "ModelSpec", made: "Provenance") -> None:
        """Store the provenance of a model's images, each distinct one once."""
        if made not in self.provenance(model):
            with self._database.writing() as connection:
                self._journal.keep(connection, [provenance_line(model.identity, made)])

    def provenance(self, model: "ModelSpec") -> "tuple[Provenance, ...]":
        """Return the known provenances of a model's images."""
        with self._database.reading() as connection:
            return rows.provenance(connection, model)

    def revisions(self, repo: str) -> tuple[str, ...]:
        """Return the versions of a model that have images, the earliest first."""
        with self._database.reading() as connection:
            return rows.revisions(connection, repo)

    def size(self) -> rows.Size:
        """Return the size of the store."""
        with self._database.reading() as connection:
            return rows.size(connection)

    def verify(self, *, repair: bool) -> "Iterator[Step]":
        """Yield the steps of a verification of all files, which repairs what it can if asked."""
        parts = self._blobs, self._database, self._journal, self._damage.forget
        return Verification(*parts, repair=repair).steps()

    def _read(self, request: "ImageRequest") -> "tuple[Entry, np.ndarray | None]":
        with self._database.reading() as connection:
            row = next(rows.stored(connection, [request.key]), None)
        if row is None:
            raise StoreError(
                _(
                    "Image {replicate} of {text!r} by {name!r} is not stored. Generate it first."
                ).format(
                    replicate=request.replicate + 1,
                    text=request.prompt.text,
                    name=request.model.name,
                )
            )
        if row.filtered is not None:
            return Entry(request, row.filtered), None
        image, pixels = self._damage.read(row)
        return Entry(request, None, row.digest, image, revised=row.revised), pixels

    def _save(self, batch: "list[_Item]", encode: "Callable[[_Item], Entry]") -> int:
        """Write the files, then the rows, and return the number of new images."""
        with self._database.reading() as connection:
            new = [item for item in batch if not rows.is_stored(connection, item.request)]
        if not new:
            return 0
        with self._blobs.staging() as folder:
            with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as writers:
                entries = list(writers.map(lambda item: stage(folder, encode(item)), new))
            with self._database.writing() as connection:
                kept = [entry for entry in entries if self._keep(connection, folder, entry)]
                self._journal.keep(connection, lines_without_file(kept))
                return len(kept)

    def _hold(self, blobs: ReadonlyBlobs, entries: "Iterable[Entry]") -> int:
        """Go on with a copy of the index in memory that has these images, too."""
        index = Database.in_memory(self._database.path)
        index.copy(self._database)
        with index.writing() as connection:
            new = hold(connection, blobs, entries)
        index.refusal = self._database.refusal
        self._database.close()
        self._use(index)
        return new

    def _keep(self, connection: "sqlite3.Connection", folder: "Path", entry: Entry) -> bool:
        """Add the row and move the files into place, unless another process has done so."""
        # A replicate with the same seed is the same image, and the stored file is kept.
        twin = next(rows.stored(connection, [entry.request.key]), None)
        if not rows.add_image(connection, entry.request, twin or entry.row):
            return False
        if twin is None or twin.digest == entry.digest:
            rows.keep_perceptions(connection, entry.perceptions)
        if twin is None:
            put(folder, entry, self._blobs)
        return True
