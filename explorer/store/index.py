"""What is stored: images, what was perceived in them, and what made them."""

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from explorer.errors import InvalidData, StoreCorrupt, StoreError
from explorer.findings.tallies import Observation
from explorer.models.requests import Image
from explorer.store import rows, webp
from explorer.store.blobs import Blobs, place
from explorer.store.database import Database
from explorer.store.entries import Entry, encoded, stage

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from explorer.findings.tables import Provenance
    from explorer.models.requests import ImageRequest, ModelSpec
    from explorer.perception.annotations import Annotation
    from explorer.perception.axes import Perception
    from explorer.perception.samples import Sampled

INDEX = "index.sqlite3"

_BATCH = 32
_WRITERS = min(4, os.cpu_count() or 1)

_log = logging.getLogger(__name__)


_Item = TypeVar("_Item", Image, Entry)


class Store:
    """The cache folder: image files, and an index that says which of them are whole.

    A row is written last: an image without one is not there, and is generated again. Of two that generate
    the same image at once, the first is kept. Any number of threads may share a Store, and any
    number of processes a folder.
    """

    def __init__(self, root: "Path", busy_seconds: float) -> None:
        """Name the folder; `Store.open` makes it ready."""
        self._blobs = Blobs(root)
        self._database = Database(root / INDEX, busy_seconds)

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

    def missing(self, requests: "Iterable[ImageRequest]") -> "tuple[ImageRequest, ...]":
        """Return what is not stored, in order, and the same image only once.

        An image whose file is gone or has another size is reported, forgotten and so missing. A
        thumbnail that is gone is made again.

        Raises:
            StoreError: the index cannot be read, or what is damaged cannot be forgotten.
        """
        wanted = {request.key: request for request in requests}
        with self._database.reading() as connection:
            stored = list(rows.stored(connection, wanted))
        whole = {row.key for row in stored if self._is_whole(row)}
        return tuple(request for key, request in wanted.items() if key not in whole)

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
        self, requests: "Iterable[ImageRequest]", axis: str, instrument: str
    ) -> "tuple[ImageRequest, ...]":
        """Return the stored images that the instrument has not classified on the axis, in order."""
        wanted = {request.key: request for request in requests}
        with self._database.reading() as connection:
            keys = rows.unclassified(connection, wanted, axis, instrument)
        return tuple(request for key, request in wanted.items() if key in keys)

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
        self, requests: "Iterable[ImageRequest]", instruments: "Mapping[str, str]"
    ) -> tuple[Observation, ...]:
        """Return the stored images, in order, with what was perceived in them.

        Args:
            requests: which images; those that are not stored are left out.
            instruments: whose perceptions, by axis name.
        """
        asked = tuple(requests)
        keys = {request.key for request in asked}
        with self._database.reading() as connection:
            filtered = {row.key: row.filtered for row in rows.stored(connection, keys)}
            seen: dict[str, dict[str, Perception]] = {key: {} for key in filtered}
            for axis, instrument in instruments.items():
                for perception in rows.perceptions(connection, seen, axis, instrument):
                    seen[perception.image_key][axis] = perception
        return tuple(
            Observation(request, filtered[request.key], seen[request.key])
            for request in asked
            if request.key in seen
        )

    def perceptions_of(
        self, model: "ModelSpec", axis: str, instrument: str
    ) -> "tuple[Perception, ...]":
        """Return what the instrument perceived in all stored images of a model, by key."""
        with self._database.reading() as connection:
            return tuple(rows.perceptions_of(connection, model, axis, instrument))

    def perceptions(
        self, keys: "Iterable[str]", axis: str, instrument: str
    ) -> "dict[str, Perception]":
        """Return what the instrument perceived in the images of these keys, by key."""
        with self._database.reading() as connection:
            seen = rows.perceptions(connection, keys, axis, instrument)
            return {one.image_key: one for one in seen}

    def save_annotations(self, labels: "Iterable[Annotation]") -> None:
        """Keep what people said, all or nothing; an annotator's later label replaces the earlier one.

        Raises:
            InvalidData: no image of that key is stored, or it was filtered.
        """
        given = tuple(labels)
        with self._database.writing() as connection:
            keys = {label.image for label in given}
            shown = {one.key for one in rows.stored(connection, keys) if one.filtered is None}
            unknown = next((one.image for one in given if one.image not in shown), None)
            if unknown is not None:
                raise InvalidData(
                    f"No image {unknown!r} is stored here. Label images of a sample that "
                    "`annotate sample` generated from this cache."
                )
            rows.keep_annotations(connection, given)

    def drop_annotation(self, image: str, axis: str, annotator: str) -> None:
        """Forget what one annotator said of one image, if anything."""
        with self._database.writing() as connection:
            rows.drop_annotation(connection, image, axis, annotator)

    def labels(self, keys: "Iterable[str]", axis: str) -> "tuple[Annotation, ...]":
        """Return what people said of the images of these keys on one axis."""
        with self._database.reading() as connection:
            return tuple(rows.labels(connection, keys, axis))

    def all_annotations(self) -> "tuple[Annotation, ...]":
        """Return everything people said, by date."""
        with self._database.reading() as connection:
            return tuple(rows.all_annotations(connection))

    def save_sample(self, model: "ModelSpec", sample: "Sequence[Sampled]") -> None:
        """Keep a sample in place of the earlier ones of the same model, axis and instrument."""
        with self._database.writing() as connection:
            rows.keep_sample(connection, model, sample)

    def sample(self, model: "ModelSpec", axis: str, instrument: str) -> "tuple[Sampled, ...]":
        """Return the sample of a model, axis and instrument, in its order; empty without one."""
        with self._database.reading() as connection:
            return tuple(rows.sample(connection, model, axis, instrument))

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

    def record(self, provenance: "Provenance") -> None:
        """Keep what generated and classified a model's images, once for each difference."""
        with self._database.writing() as connection:
            rows.add_provenance(connection, provenance)

    def provenance(self, model: "ModelSpec") -> "tuple[Provenance, ...]":
        """Return all that ever generated or classified a model's images."""
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
            keys = [item.request.key for item in batch]
            stored = {row.key for row in rows.stored(connection, keys)}
        new = {item.request.key: item for item in batch if item.request.key not in stored}
        if not new:
            return 0
        with self._blobs.staging() as folder:
            with ThreadPoolExecutor(_WRITERS) as writers:
                entries = list(writers.map(lambda item: stage(folder, encode(item)), new.values()))
            with self._database.writing() as connection:
                return sum(self._keep(connection, folder, entry) for entry in entries)

    def _keep(self, connection: "sqlite3.Connection", folder: "Path", entry: Entry) -> bool:
        """Add the row and move the files, unless another process has been faster."""
        key = entry.request.key
        size = None if entry.image is None else len(entry.image)
        row = rows.Row(key, entry.filtered, entry.digest, size)
        if not rows.add_image(connection, entry.request, row):
            return False
        rows.keep_perceptions(connection, entry.perceptions)
        if entry.image is not None:
            place(folder / key, self._blobs.image_path(key))
        if entry.thumbnail is not None:
            place(folder / f"{key}.thumbnail", self._blobs.thumbnail_path(key))
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
