"""Image files, named after the hash of their request; each is complete or absent."""

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import StoreCorrupt, StoreError, StoreUnwritable
from explorer.store import webp
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from filelock import FileLock

IMAGES = "images"
THUMBNAILS = "thumbs"
_PARTIAL = "partial"

_LOCK = "lock"

# SQLite needs 32 KiB to open an index at all.
_ROOM_BYTES = 1 << 16

_CHOOSE = "choose another folder with --cache or EXPLORER_CACHE"
_REASONS = {
    errno.ENOSPC: f"there is no space left. Free some, or {_CHOOSE}",
    errno.EDQUOT: f"your disk quota is used up. Free some space, or {_CHOOSE}",
    errno.EACCES: f"you may not write there. Give yourself permission, or {_CHOOSE}",
    errno.EPERM: f"you may not write there. Give yourself permission, or {_CHOOSE}",
    errno.EROFS: f"it is on a read-only disk. Please {_CHOOSE}",
    errno.EEXIST: f"a file is in place of a folder. Move it away, or {_CHOOSE}",
    errno.ENOTDIR: f"a file is in place of a folder. Move it away, or {_CHOOSE}",
}


class Blobs:
    """The image files in one folder.

    Images are stored as `images/ab/abcd....webp`, thumbnails as `thumbs/ab/abcd....webp`. A batch
    is first written and flushed to disk in a folder of its own in `partial/`, which is locked as
    long as its process lives; then each file is moved into place atomically.
    `swept` are the folders of killed processes that were removed.
    """

    def __init__(self, root: Path) -> None:
        """Set the folders, which `prepare` creates."""
        self.root = root
        self.images = root / IMAGES
        self.thumbnails = root / THUMBNAILS
        self._partial = root / _PARTIAL
        self.swept: list[Path] = []

    def prepare(self) -> None:
        """Create the folders and remove files that killed runs left incomplete.

        Raises:
            StoreUnwritable: the folders cannot be created, or files in them.
        """
        with writing(self.root):
            for folder in (self.images, self.thumbnails, self._partial):
                folder.mkdir(parents=True, exist_ok=True)
            self.sweep()
        with self.staging() as folder:
            write(folder / "room", bytes(_ROOM_BYTES))

    def sweep(self) -> None:
        """Remove the folders of incomplete files that no living process owns."""
        self.swept += [folder for folder in self._partial.glob("*") if _removed(folder)]

    def image_path(self, key: str) -> Path:
        """Return the path of the image with a key."""
        return self.images / file_name(key)

    def thumbnail_path(self, key: str) -> Path:
        """Return the path of the thumbnail with a key."""
        return self.thumbnails / file_name(key)

    @contextmanager
    def staging(self) -> "Iterator[Path]":
        """Yield a folder for incomplete files, which is deleted afterwards with its content.

        Raises:
            StoreUnwritable: a file could not be written inside the block.
        """
        with writing(self.root):
            folder, lock = self._owned_folder()
            with lock:
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)

    def read(self, key: str, digest: str | None) -> "tuple[bytes, np.ndarray]":
        """Return an image's bytes and pixels, after checking them against their digest.

        Raises:
            StoreCorrupt: the file is missing or damaged.
            StoreError: the operating system refuses to read the file.
        """
        path = self.image_path(key)
        try:
            data = path.read_bytes()
            pixels = webp.decode(data, key)
        except FileNotFoundError:
            raise _damaged(path, "The file is missing.") from None
        except OSError as error:
            raise StoreError(
                _(
                    "The image {path!r} cannot be read: {strerror}. Give yourself "
                    "permission to read it, or delete it to have it generated again."
                ).format(path=str(path), strerror=error.strerror)
            ) from error
        except StoreCorrupt as damage:
            raise _damaged(path, str(damage)) from damage
        if webp.digest(pixels) != digest:
            raise _damaged(path, "Its pixels have changed.")
        return data, pixels

    def restore_thumbnail(self, key: str, data: bytes) -> None:
        """Write a missing thumbnail.

        Raises:
            StoreUnwritable: it cannot be written.
        """
        with self.staging() as folder:
            place(write(folder / key, data), self.thumbnail_path(key))

    def remove(self, key: str) -> None:
        """Remove the image and the thumbnail, if they exist.

        Raises:
            StoreUnwritable: they cannot be removed.
        """
        with writing(self.root):
            self.image_path(key).unlink(missing_ok=True)
            self.thumbnail_path(key).unlink(missing_ok=True)

    def size(self, key: str) -> int | None:
        """Return the size of the image file in bytes, None if there is no file."""
        return _size(f"{self.images}/{file_name(key)}")

    def has_thumbnail(self, key: str) -> bool:
        """Return whether there is a thumbnail that is not empty."""
        return bool(_size(f"{self.thumbnails}/{file_name(key)}"))

    def files(self) -> "Iterator[Path]":
        """Yield every image file, ordered by key within each folder."""
        return _files(self.images)

    def thumbnail_files(self) -> "Iterator[Path]":
        """Yield every thumbnail, ordered by key within each folder."""
        return _files(self.thumbnails)

    def _owned_folder(self) -> "tuple[Path, FileLock]":
        """Return a new folder and the lock on it, which its process holds until it ends."""
        from filelock import FileLock

        while True:
            folder = Path(tempfile.mkdtemp(dir=self._partial))
            lock = FileLock(folder / _LOCK)
            # Until it is locked, another process may take the folder for an abandoned one. It is
            # then missing, or was there when it was to be made and is missing a moment later.
            with suppress(FileNotFoundError, FileExistsError):
                lock.acquire()
                if (folder / _LOCK).exists():
                    return folder, lock
                lock.release()


def file_name(key: str) -> str:
    """Return the name of an image or thumbnail below its folder: "ab/abcd....webp"."""
    return f"{key[:2]}/{key}.webp"


def _removed(folder: Path) -> bool:
    """Remove a folder that no living process owns, and return whether it was one."""
    from filelock import FileLock

    # A folder that is owned, or removed at this moment, or a file, cannot be locked.
    with suppress(OSError), FileLock(folder / _LOCK, blocking=False):
        shutil.rmtree(folder, ignore_errors=True)
        return True
    return False


def _files(root: Path) -> "Iterator[Path]":
    # macOS leaves files beside others whose names begin with a dot.
    yield from sorted(path for path in root.glob("*/*.webp") if not path.name.startswith("."))


def _damaged(path: Path, what: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"The stored image {str(path)!r} is damaged and has been removed: {what} "
        "The next run generates it again."
    )


@contextmanager
def writing(root: Path) -> "Iterator[None]":
    """Convert errors of the operating system into a StoreUnwritable with a remedy."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}. Please {_CHOOSE}")
        raise StoreUnwritable(
            _("Nothing can be stored in {root!r}: {reason}. What is stored is untouched.").format(
                root=str(root), reason=reason
            )
        ) from error


def write(path: Path, data: bytes) -> Path:
    """Write a temporary file and flush it to disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return path


def place(partial: Path, target: Path) -> None:
    """Move a complete file into place atomically."""
    target.parent.mkdir(exist_ok=True)
    partial.replace(target)


def _size(path: str) -> int | None:
    # Called for every image of a study, where creating Path objects would dominate the time.
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return None
