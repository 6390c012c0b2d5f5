"""The store: images, their perceptions, and their origin."""

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from explorer.errors import StoreCorrupt, StoreError
from explorer.models.requests import Image
from explorer.store import counts, rows, webp
from explorer.store.annotations import Annotations
from explorer.store.blobs import Blobs, place
from explorer.store.database import Database
from explorer.store.entries import Entry, encoded, stage
from explorer.store.observations import Observation
from explorer.store.verification import Verification

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
    from explorer.store.verification import Step

INDEX = "index.sqlite3"

_BATCH = 32
_WRITERS = min(4, os.cpu_count() or 1)

_log = logging.getLogger(__name__)


_Item = TypeVar("_Item", Image, Entry)


class Store:
    """The cache folder: image files, and an index of the complete ones.

    The row of an image is written last: an image without a row counts as missing and is generated
    again. If two processes generate the same image, the first one is kept. Any number of threads
    can share a Store, and any number of processes a folder.
    """

    def __init__(self, root: "Path", busy_seconds: float) -> None:
        """Set the folder, which `Store.open` prepares."""
        self._blobs = Blobs(root)
        self._database = Database(root / INDEX, busy_seconds)
        self.annotations = Annotations(self._database)

    @classmethod
    def open(cls, root: "Path", busy_seconds: float = 30.0) -> "Store":
        """Return the store in a folder, after building a missing index from the images.

        Args:
            root: the cache folder.
            busy_seconds: the longest time to wait for another process that is writing.

        Raises:
            StoreUnwritable: the folder or the index cannot be written.
            StoreCorrupt: the index is damaged, another program's, or of a newer version.
            StoreBusy: another process locked the index for too long.
        """
        store = cls(root.expanduser().absolute(), busy_seconds)
        store._blobs.prepare()
        store._database.migrate(store._adopt)
        return store

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
            StoreError: the index cannot be read, or a damaged image cannot be removed.
        """
        with self._database.reading() as connection:
            stored = list(counts.files(connection, asked))
        for row in stored:
            self._is_whole(row)

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
        for batch in _batches(images):
            self._save(batch, encoded)

    def save_entries(self, entries: "Iterable[Entry]") -> int:
        """Store encoded images and return the number of new ones.

        Images that are already stored are not changed, and neither are their perceptions.

        Raises:
            StoreError: a batch of 32 cannot be written; earlier batches are kept.
        """
        return sum(self._save(batch, lambda entry: entry) for batch in _batches(entries))

    def load(self, request: "ImageRequest") -> Image:
        """Return a stored image, its pixels exactly as they were saved.

        Raises:
            StoreCorrupt: the file is damaged or missing. It is removed and so generated again.
            StoreError: the image is not stored.
        """
        entry, pixels = self._read(request)
        return Image(request, pixels, entry.filtered)

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
        # The iterable may classify images, during which other processes must be able to write.
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
        whole = {key for key, row in stored.items() if self._is_whole(row)}
        return tuple(
            Observation(request, stored[request.key].filtered, seen[request.key])
            for request in asked
            if request.key in whole
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
            raise StoreError(f"No image {key!r} is stored. Generate it first.")
        return self._whole(row)[1]

    def record(self, model: "ModelSpec", made: "Provenance") -> None:
        """Store the provenance of a model's images, each distinct one once."""
        with self._database.writing() as connection:
            rows.add_provenance(connection, model, made)

    def provenance(self, model: "ModelSpec") -> "tuple[Provenance, ...]":
        """Return the known provenances of a model's images."""
        with self._database.reading() as connection:
            return rows.provenance(connection, model)

    def size(self) -> rows.Size:
        """Return the size of the store."""
        with self._database.reading() as connection:
            return rows.size(connection)

    def verify(self, *, repair: bool) -> "Iterator[Step]":
        """Yield the steps of a verification of all files, which repairs what it can if asked."""
        return Verification(self._blobs, self._database, self._forget, repair=repair).steps()

    def _is_whole(self, row: rows.Row) -> bool:
        """Return whether an image passes the cheap checks, and restore a missing thumbnail."""
        if row.digest is None:
            return True
        if self._blobs.size(row.key) != row.size:
            return not self._forget(row.key)
        if not self._blobs.has_thumbnail(row.key):
            return self._restore_thumbnail(row.key, row.digest)
        return True

    def _restore_thumbnail(self, key: str, digest: str) -> bool:
        """Restore a thumbnail and return whether the image was intact."""
        try:
            _, pixels = self._blobs.read(key, digest)
        except StoreCorrupt:
            return not self._forget(key)
        self._blobs.restore_thumbnail(key, webp.thumbnail(pixels))
        return True

    def _forget(self, key: str) -> bool:
        """Remove an image if it is damaged, and return whether it is gone."""
        with self._database.writing() as connection:
            row = next(rows.stored(connection, [key]), None)
            if row is None:
                return True
            try:
                # Another process may have removed and regenerated it already.
                self._blobs.read(key, row.digest)
            except StoreCorrupt as damage:
                rows.drop_image(connection, key)
                self._blobs.remove(key)
                _log.warning("%s", damage)
                return True
        return False

    def _read(self, request: "ImageRequest") -> "tuple[Entry, np.ndarray | None]":
        with self._database.reading() as connection:
            row = next(rows.stored(connection, [request.key]), None)
        if row is None:
            raise StoreError(
                f"No image of {request.prompt.text!r} by {request.model.name!r} with seed "
                f"{request.seed} is stored. Generate it first."
            )
        if row.filtered is not None:
            return Entry(request, row.filtered), None
        image, pixels = self._whole(row)
        return Entry(request, None, row.digest, image), pixels

    def _whole(self, row: rows.Row) -> "tuple[bytes, np.ndarray]":
        """Return the bytes and pixels of an image, or remove it if it is damaged."""
        try:
            return self._blobs.read(row.key, row.digest)
        except StoreCorrupt:
            self._forget(row.key)
            raise

    def _save(self, batch: "list[_Item]", encode: "Callable[[_Item], Entry]") -> int:
        """Write the files, then the rows, and return the number of new images."""
        with self._database.reading() as connection:
            new = [item for item in batch if not rows.is_stored(connection, item.request)]
        if not new:
            return 0
        with self._blobs.staging() as folder:
            with ThreadPoolExecutor(_WRITERS) as writers:
                entries = list(writers.map(lambda item: stage(folder, encode(item)), new))
            with self._database.writing() as connection:
                return sum(self._keep(connection, folder, entry) for entry in entries)

    def _keep(self, connection: "sqlite3.Connection", folder: "Path", entry: Entry) -> bool:
        """Add the row and move the files into place, unless another process has done so."""
        key = entry.request.key
        size = None if entry.image is None else len(entry.image)
        own = rows.Row(key, entry.filtered, entry.digest, size)
        # A replicate with the same seed is the same image, and the stored file is kept.
        twin = next(rows.stored(connection, [key]), None)
        if not rows.add_image(connection, entry.request, twin or own):
            return False
        if twin is None or twin.digest == own.digest:
            rows.keep_perceptions(connection, entry.perceptions)
        if twin is not None:
            return True
        if entry.image is not None:
            place(folder / entry.name, self._blobs.image_path(key))
        if entry.thumbnail is not None:
            place(folder / f"{entry.name}.thumbnail", self._blobs.thumbnail_path(key))
        return True

    def _adopt(self, connection: "sqlite3.Connection") -> None:
        """Add every image file to a new index."""
        for path in self._blobs.files():
            try:
                data = path.read_bytes()
                found = webp.describe(data, path.stem)
            except (OSError, StoreCorrupt) as damage:
                _log.warning("The file %r is skipped: %s", str(path), damage)
            else:
                row = rows.Row(path.stem, None, found.digest, len(data))
                rows.add_image(connection, found.request, row)


def _batches(items: "Iterable[_Item]") -> "Iterator[list[_Item]]":
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
