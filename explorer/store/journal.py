"""The journal: what no computer can make again, kept apart from the index.

The journal is a file of lines that only grows. The index repeats what it says, so that SQLite can
count it, and remembers how far it has read. A deleted or damaged index reads the journal anew, and
a deleted journal is written anew from the index.
"""

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import StoreError
from explorer.store import records
from explorer.store.blobs import writing
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

JOURNAL = "journal.jsonl"

# A line ends with a date, a digest or words of a prompt, so another file hardly ends like it.
_TAIL_BYTES = 64

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the journal, in bytes, and the last bytes before it."""

    size: int = 0
    tail: bytes = b""


class Journal:
    """The journal of one cache folder. Its writers hold the write lock of the index."""

    def __init__(self, path: "Path") -> None:
        """Set the file, which the first line creates."""
        self.path = path

    def keep(self, connection: "sqlite3.Connection", lines: "Sequence[bytes]") -> None:
        """Add lines to the file, and then what they say to the index.

        If the index is not committed after that, the next `catch_up` adds it.

        Raises:
            StoreUnwritable: they cannot be written; then none of them is.
        """
        self.catch_up(connection)
        if lines:
            self._append(lines)
            self.read(connection)

    def catch_up(self, connection: "sqlite3.Connection") -> None:
        """Make journal and index say the same.

        If the journal is not the one that the index has read, for instance because it was deleted
        or an older copy was put back, what only the index says is first added to the journal.

        Raises:
            StoreUnwritable: the journal cannot be written.
        """
        mark = _mark(connection)
        if mark is None or not self._continues(mark):
            known = set(self._lines(Mark())[0])
            self._append([line for line in records.all_lines(connection) if line not in known])
            _set_mark(connection, Mark())
        self.read(connection)

    def read(self, connection: "sqlite3.Connection") -> None:
        """Add to the index what the journal says after the mark, and move the mark.

        Lines that cannot be read, such as the torn last line of a killed process, are reported and
        skipped.
        """
        lines, end = self._lines(_mark(connection) or Mark())
        unreadable = sum(not records.apply(connection, line) for line in lines)
        if unreadable:
            _log.warning(
                "%d of the lines of %r cannot be read and are skipped.", unreadable, str(self.path)
            )
        _set_mark(connection, end)

    def is_read(self, connection: "sqlite3.Connection") -> bool:
        """Return whether the index has read the whole journal."""
        mark = _mark(connection)
        return mark is not None and self._continues(mark) and mark == self._lines(mark)[1]

    def unreadable(self) -> int:
        """Return the number of lines that cannot be read."""
        return sum(not records.is_readable(line) for line in self._lines(Mark())[0])

    def _append(self, lines: "Sequence[bytes]") -> None:
        """Add lines, completely or not at all, and flush them to the disk."""
        if not lines:
            return
        # Without a buffer, which would be written once more when the file is closed.
        with writing(self.path.parent), self.path.open("ab", buffering=0) as file:
            before = file.tell()
            left = b"".join([_ending(self._tail(Mark(before))), *(line + b"\n" for line in lines)])
            try:
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise

    def _lines(self, mark: Mark) -> tuple[list[bytes], Mark]:
        """Return the complete lines after a mark, and the mark behind them."""
        whole, newline, _torn = self._bytes(mark.size).rpartition(b"\n")
        end = Mark(mark.size + len(whole + newline))
        return whole.split(b"\n") if newline else [], Mark(end.size, self._tail(end))

    def _continues(self, mark: Mark) -> bool:
        """Return whether the journal goes on where the index has read up to."""
        return self._tail(mark) == mark.tail

    def _tail(self, mark: Mark) -> bytes:
        """Return the last bytes before a mark; fewer if the journal is shorter."""
        length = min(mark.size, _TAIL_BYTES)
        return self._bytes(mark.size - length, length)

    def _bytes(self, start: int, length: int = -1) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(length)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StoreError(
                _(
                    "The journal {path!r} cannot be read: {strerror}. It holds your "
                    "annotations: give yourself permission to read it."
                ).format(path=str(self.path), strerror=error.strerror)
            ) from error


def _ending(tail: bytes) -> bytes:
    """Return the end of the last line, where a killed process has torn it."""
    return b"\n" if tail and not tail.endswith(b"\n") else b""


def _mark(connection: "sqlite3.Connection") -> Mark | None:
    row = connection.execute("SELECT size, tail FROM journal").fetchone()
    return Mark(*row) if row else None


def _set_mark(connection: "sqlite3.Connection", mark: Mark) -> None:
    connection.execute("DELETE FROM journal")
    connection.execute("INSERT INTO journal (size, tail) VALUES (?, ?)", (mark.size, mark.tail))
