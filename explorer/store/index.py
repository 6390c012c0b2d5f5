"""What is stored: images, what was perceived in them, and what made them."""

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

INDEX = "index.sqlite3"

_BATCH = 32
_WRITERS = min(4, os.cpu_count() or 1)

_log = logging.getLogger(__name__)


_Item = TypeVar("_Item", Image, Entry)


class Store:
    """The cache folder: image files, and an index that says which of them are whole.

    A row is written last: an image without one is not there, and is generated again. Of two that
    generate the same image at once, the first is kept. Any number of threads may share a Store, and
    any number of processes a folder.
    """

    def __init__(self, root: "Path", busy_seconds: float) -> None:
        """Name the folder; `Store.open` makes it ready."""
        self._blobs = Blobs(root)
        self._database = Database(root / INDEX, busy_seconds)
        self.annotations = Annotations(self._database)

    @classmethod
    def open(cls, root: "Path", busy_seconds: float = 30.0) -> "Store":
        """Make the folder ready; an index that is not there is built from the images.

        Args:
            root: the cache folder.
            busy_seconds: how long to wait for another process that is writing.

        Raises:
            StoreUnwritable: the folder or the index cannot be written.
            StoreCorrupt: the index is damaged, another program's or of a newer version.
            StoreBusy: another process kept the index for too long.
        """
        store = cls(root.expanduser().absolute(), busy_seconds)
        store._blobs.prepare()
        store._database.migrate(store._adopt)
        return store

    def close(self) -> None:
        """Let go of the index."""
        self._database.close()

    @property
    def root(self) -> "Path":
        """The cache folder."""
        return self._blobs.root

    @property
    def images_root(self) -> "Path":
        """The folder of the images, and of nothing else."""
        return self._blobs.images

    @property
    def thumbnails_root(self) -> "Path":
        """The folder of the thumbnails, and of nothing else."""
        return self._blobs.thumbnails

    def image_path(self, key: str) -> "Path":
        """Return where the image of that key lies, once it is generated."""
        return self._blobs.image_path(key)

    def thumbnail_path(self, key: str) -> "Path":
        """Return where the thumbnail of that key lies, once it is generated."""
        return self._blobs.thumbnail_path(key)

    def check(self, asked: "Asked") -> None:
        """Look at the files of everything that is stored of what is asked for.

        An image whose file is gone or has another size is reported, forgotten and so missing. A
        thumbnail that is gone is made again.

        Raises:
            StoreError: the index cannot be read, or what is damaged cannot be forgotten.
        """
        with self._database.reading() as connection:
            stored = list(counts.files(connection, asked))
        for row in stored:
            self._is_whole(row)

    def replicates(self, asked: "Asked") -> "set[tuple[str, int]]":
        """Return text and replicate of everything that is stored."""
        with self._database.reading() as connection:
            return set(counts.replicates(connection, asked))

    def image_counts(self, asked: "Asked") -> "list[tuple[str, str | None, int]]":
        """Return text, reason why they are filtered (None: they are not) and number of images."""
        with self._database.reading() as connection:
            return list(counts.image_counts(connection, asked))

    def answer_counts(
        self, asked: "Asked", axis: str, instrument: "Instrument"
    ) -> "list[AnswerCount]":
        """Return how often each answer was given to the images of each prompt."""
        with self._database.reading() as connection:
            return list(counts.answer_counts(connection, asked, axis, instrument))

    def scored_answers(
        self, asked: "Asked", axis: str, instrument: "Instrument"
    ) -> "list[tuple[AnswerCount, tuple[float, ...]]]":
        """Return the answer to each image, with the scores it was made of."""
        with self._database.reading() as connection:
            return list(counts.scored_answers(connection, asked, axis, instrument))

    def pair_counts(
        self,
        sides: "tuple[Asked, Asked]",
        axis: str,
        instruments: "tuple[Instrument, Instrument]",
    ) -> "list[PairCount]":
        """Return how often each pair of answers was given to two models' images of a prompt."""
        with self._database.reading() as connection:
            return list(counts.pair_counts(connection, sides, axis, instruments))

    def save(self, images: "Iterable[Image]") -> None:
        """Keep images, 32 at a time, each batch whole or not at all.

        An image that is already stored is left as it is.

        Raises:
            StoreError: a batch cannot be written; earlier ones are kept.
        """
        for batch in _batches(images):
            self._save(batch, encoded)

    def save_entries(self, entries: "Iterable[Entry]") -> int:
        """Keep images that are encoded already; return how many were not there yet.

        An image that is already stored is left as it is, and its perceptions too.

        Raises:
            StoreError: a batch of 32 cannot be written; earlier ones are kept.
        """
        return sum(self._save(batch, lambda entry: entry) for batch in _batches(entries))

    def load(self, request: "ImageRequest") -> Image:
        """Return a stored image, its pixels exactly as they were saved.

        Raises:
            StoreCorrupt: the file is damaged or gone. It is forgotten and so generated again.
            StoreError: the image is not stored.
        """
        entry, pixels = self._read(request)
        return Image(request, pixels, entry.filtered)

    def entry(self, request: "ImageRequest") -> Entry:
        """Return a stored image as it lies there, checked, without thumbnail and perceptions.

        Raises:
            StoreCorrupt: the file is damaged or gone. It is forgotten and so generated again.
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
        """Return text and replicate of every stored image still to be classified on the axis."""
        with self._database.reading() as connection:
            return set(counts.unclassified(connection, asked, axis, instrument))

    def save_perceptions(self, perceptions: "Iterable[Perception]") -> None:
        """Keep what was perceived, in place of what the same instrument said before.

        Perceptions of images that are not stored, or not any more, are not kept: they would
        outlive the images.
        """
        # What is given may be classified only now, and others want to write meanwhile.
        seen = tuple(perceptions)
        with self._database.writing() as connection:
            rows.keep_perceptions(connection, seen)

    def observations(
        self, requests: "Iterable[ImageRequest]", instruments: "Mapping[str, Instrument]"
    ) -> tuple[Observation, ...]:
        """Return the stored images, in order, with what was perceived in them.

        Their files are looked at as `check` does: what is damaged is forgotten and left out.

        Args:
            requests: which images; those that are not stored are left out.
            instruments: whose perceptions, by axis name.
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
        """Return what the instrument perceived in all stored images of a model, by key."""
        with self._database.reading() as connection:
            return tuple(rows.perceptions_of(connection, model, axis, instrument))

    def perceptions(
        self, keys: "Iterable[str]", axis: str, instrument: "Instrument"
    ) -> "dict[str, Perception]":
        """Return what the instrument perceived in the images of these keys, by key."""
        with self._database.reading() as connection:
            seen = rows.perceptions(connection, keys, axis, instrument)
            return {one.image_key: one for one in seen}

    def pixels(self, key: str) -> "np.ndarray":
        """Return the pixels of the stored image of that key.

        Raises:
            StoreCorrupt: the file is damaged or gone. It is forgotten and so generated again.
            StoreError: there is no such image.
        """
        with self._database.reading() as connection:
            row = next(rows.stored(connection, [key]), None)
        if row is None or row.filtered is not None:
            raise StoreError(f"No image {key!r} is stored. Generate it first.")
        return self._whole(row)[1]

    def record(self, model: "ModelSpec", made: "Provenance") -> None:
        """Keep with what a model's images were generated, once for each difference."""
        with self._database.writing() as connection:
            rows.add_provenance(connection, model, made)

    def provenance(self, model: "ModelSpec") -> "tuple[Provenance, ...]":
        """Return everything that a model's images were generated with, as far as it is known."""
        with self._database.reading() as connection:
            return rows.provenance(connection, model)

    def size(self) -> rows.Size:
        """Count what is stored."""
        with self._database.reading() as connection:
            return rows.size(connection)

    def _is_whole(self, row: rows.Row) -> bool:
        """Check an image as far as costs next to nothing, and see to its thumbnail."""
        if row.digest is None:
            return True
        if self._blobs.size(row.key) != row.size:
            return not self._forget(row.key)
        if not self._blobs.has_thumbnail(row.key):
            return self._restore_thumbnail(row.key, row.digest)
        return True

    def _restore_thumbnail(self, key: str, digest: str) -> bool:
        """Make a thumbnail again; say whether the image was whole."""
        try:
            _, pixels = self._blobs.read(key, digest)
        except StoreCorrupt:
            return not self._forget(key)
        self._blobs.restore_thumbnail(key, webp.thumbnail(pixels))
        return True

    def _forget(self, key: str) -> bool:
        """Drop an image if it is damaged; say whether it is gone."""
        with self._database.writing() as connection:
            row = next(rows.stored(connection, [key]), None)
            if row is None:
                return True
            try:
                # Another process may have noticed first, and have generated it again since.
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
        """Return bytes and pixels of an image; it is forgotten if it is damaged."""
        try:
            return self._blobs.read(row.key, row.digest)
        except StoreCorrupt:
            self._forget(row.key)
            raise

    def _save(self, batch: "list[_Item]", encode: "Callable[[_Item], Entry]") -> int:
        """Write the files, then the rows; return how many images were not there yet."""
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
        """Add the row and move the files, unless another process has been faster."""
        key = entry.request.key
        size = None if entry.image is None else len(entry.image)
        own = rows.Row(key, entry.filtered, entry.digest, size)
        # Another replicate with the same seed is the same image: what is stored of it stays.
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
        """Put every image file into a new index."""
        for path in self._blobs.files():
            try:
                told = webp.describe(path)
            except StoreCorrupt as damage:
                _log.warning("The file %r is left alone: %s", str(path), damage)
                continue
            if told.request.key == path.stem:
                row = rows.Row(path.stem, None, told.digest, path.stat().st_size)
                rows.add_image(connection, told.request, row)


def _batches(items: "Iterable[_Item]") -> "Iterator[list[_Item]]":
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
