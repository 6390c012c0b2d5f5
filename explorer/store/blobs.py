"""Image files: named after the hash of what was asked for, whole or not there at all."""

import errno
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import StoreCorrupt, StoreError, StoreUnwritable
from explorer.store import webp

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

IMAGES = "images"
THUMBNAILS = "thumbs"
_PARTIAL = "partial"

# A batch is written within seconds; an hour later nobody can still be writing it.
_ABANDONED_SECONDS = 3600

_CHOOSE = "choose another folder with --cache or EXPLORER_CACHE"
_REASONS = {
    errno.ENOSPC: f"there is no space left. Free some, or {_CHOOSE}",
    errno.EDQUOT: f"your disk quota is used up. Free some space, or {_CHOOSE}",
    errno.EACCES: f"you may not write there. Give yourself permission, or {_CHOOSE}",
    errno.EPERM: f"you may not write there. Give yourself permission, or {_CHOOSE}",
    errno.EROFS: f"it lies on a disk that can only be read. Please {_CHOOSE}",
    errno.EEXIST: f"a file stands where a folder is needed. Move it away, or {_CHOOSE}",
    errno.ENOTDIR: f"a file stands where a folder is needed. Move it away, or {_CHOOSE}",
}


class Blobs:
    """The image files below one folder.

    Images lie in `images/ab/abcd....webp`, thumbnails in `thumbs/ab/abcd....webp`. A batch is
    first written, and forced to the disk, in a folder of its own below `partial/`; then each file
    is moved to its place in one step.
    """

    def __init__(self, root: Path) -> None:
        """Name the folders; `prepare` makes them."""
        self.root = root
        self.images = root / IMAGES
        self.thumbnails = root / THUMBNAILS
        self._partial = root / _PARTIAL

    def prepare(self) -> None:
        """Make the folders and remove what killed runs have left half-written.

        Raises:
            StoreUnwritable: the folders cannot be made.
        """
        with writing(self.root):
            for folder in (self.images, self.thumbnails, self._partial):
                folder.mkdir(parents=True, exist_ok=True)
            self._sweep()

    def image_path(self, key: str) -> Path:
        """Return where the image of that key lies."""
        return self.images / key[:2] / f"{key}.webp"

    def thumbnail_path(self, key: str) -> Path:
        """Return where the thumbnail of that key lies."""
        return self.thumbnails / key[:2] / f"{key}.webp"

    @contextmanager
    def staging(self) -> "Iterator[Path]":
        """Give a folder for files that are not whole yet; it vanishes with all that is in it.

        Raises:
            StoreUnwritable: something could not be written inside the block.
        """
        with writing(self.root):
            folder = Path(tempfile.mkdtemp(dir=self._partial))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def read(self, key: str, digest: str | None) -> "tuple[bytes, np.ndarray]":
        """Return an image's bytes and pixels, after checking that these are what was saved.

        Raises:
            StoreCorrupt: they do not, or there is no file.
            StoreError: the file is there and the operating system does not let us read it.
        """
        path = self.image_path(key)
        try:
            data = path.read_bytes()
            pixels = webp.decode(data)
        except FileNotFoundError:
            raise _damaged(path, "The file is gone.") from None
        except OSError as error:
            raise StoreError(
                f"The image {str(path)!r} cannot be read: {error.strerror}. Give yourself "
                "permission to read it, or delete it to have it generated again."
            ) from error
        except StoreCorrupt as damage:
            raise _damaged(path, str(damage)) from damage
        if webp.digest(pixels) != digest:
            raise _damaged(path, "Its pixels are not those that were saved.")
        return data, pixels

    def restore_thumbnail(self, key: str, data: bytes) -> None:
        """Write a thumbnail that was lost.

        Raises:
            StoreUnwritable: it cannot be written.
        """
        with self.staging() as folder:
            place(write(folder / key, data), self.thumbnail_path(key))

    def remove(self, key: str) -> None:
        """Remove image and thumbnail, whichever there is.

        Raises:
            StoreUnwritable: they cannot be removed.
        """
        with writing(self.root):
            self.image_path(key).unlink(missing_ok=True)
            self.thumbnail_path(key).unlink(missing_ok=True)

    def size(self, key: str) -> int | None:
        """Return the image file's size in bytes, None if there is no file."""
        return _size(f"{self.images}/{key[:2]}/{key}.webp")

    def has_thumbnail(self, key: str) -> bool:
        """Say whether there is a thumbnail with anything in it."""
        return bool(_size(f"{self.thumbnails}/{key[:2]}/{key}.webp"))

    def files(self) -> "Iterator[Path]":
        """Yield every image file, in order of keys within each folder."""
        for folder in sorted(self.images.iterdir()):
            if folder.is_dir():
                yield from sorted(folder.glob("*.webp"))

    def _sweep(self) -> None:
        for folder in self._partial.iterdir():
            # Another process may be writing there, or sweeping just now.
            with suppress(FileNotFoundError):
                if time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)


def _damaged(path: Path, what: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"The stored image {str(path)!r} is damaged and has been forgotten: {what} "
        "The next run generates it again."
    )


@contextmanager
def writing(root: Path) -> "Iterator[None]":
    """Turn what the operating system refuses into a StoreUnwritable that says what to do."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}. Please {_CHOOSE}")
        raise StoreUnwritable(
            f"Images cannot be kept in {str(root)!r}: {reason}. What is there is untouched."
        ) from error


def write(path: Path, data: bytes) -> Path:
    """Write a file that may still be taken away, and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return path


def place(partial: Path, target: Path) -> None:
    """Move a whole file to its place in one step."""
    target.parent.mkdir(exist_ok=True)
    partial.replace(target)


def _size(path: str) -> int | None:
    # Asked for every image of a study, where building Path objects would take the most time.
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return None
