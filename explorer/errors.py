"""Every deliberate error, one tree.

ExplorerError
├── InputError              something the person gave is wrong: exit status 2
│   ├── UnknownName         no such model, profession, adjective, axis or label
│   ├── OutOfRange          a number below or above its limits
│   └── InvalidData         a data file breaks its rules
├── ModelError              a generator or classifier cannot be used
│   ├── ModelNotFound       no such folder or hub id
│   ├── ModelAccessDenied   gated or private: a licence must be accepted or a token given
│   ├── ModelUnreachable    the hub cannot be reached and the model is not on this machine
│   ├── ModelBroken         the files are there and do not load, or are not safe to load
│   ├── OutOfMemory         the model or the batch does not fit
│   └── DeviceRefused       a Space lends no graphics card
├── StoreError              the cache cannot be used
│   ├── StoreUnwritable     no permission, no space, not a folder
│   ├── StoreCorrupt        the index or an image cannot be read
│   └── StoreBusy           another process holds the cache for longer than we wait
└── ServeError              the page cannot be opened, a taken port for instance

Every message says what is wrong, quotes the value with !r and says what to do. Errors are turned
into what people see in two places only: the page shows them in the page, the command line prints
them and exits with status 1, or 2 for an InputError.
"""

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


_NAMES_SHOWN = 8


class ExplorerError(Exception):
    """Say what is wrong, quote the value and name the remedy."""


class InputError(ExplorerError):
    """Something the person gave is wrong."""


class UnknownName(InputError):
    """No such model, profession, adjective, axis or label."""

    def __init__(self, kind: str, name: str, known: "Iterable[str]", remedy: str = "") -> None:
        """Quote the name and suggest the nearest known one.

        Args:
            kind: what was looked up, in the singular: "profession".
            name: what was asked for.
            known: the names that exist.
            remedy: what else to do, a sentence; how to list the names, for instance.
        """
        known = tuple(known)
        lower = {candidate.casefold(): candidate for candidate in known}
        near = get_close_matches(name.casefold(), lower, n=1, cutoff=0.5)
        if near:
            hint = f"Did you mean {lower[near[0]]!r}?"
        else:
            more = "..." if len(known) > _NAMES_SHOWN else "."
            hint = "Known: " + ", ".join(map(repr, known[:_NAMES_SHOWN])) + more
        super().__init__(f"Unknown {kind} {name!r}. {hint} {remedy}".strip())


class OutOfRange(InputError):
    """A number lies below or above its limits."""


class InvalidData(InputError):
    """A data file breaks its rules."""


class ModelError(ExplorerError):
    """A generator or classifier cannot be used."""


class ModelNotFound(ModelError):
    """There is no such folder or hub id."""


class ModelAccessDenied(ModelError):
    """The model is gated or private."""


class ModelUnreachable(ModelError):
    """The hub cannot be reached and the model is not on this machine."""


class ModelBroken(ModelError):
    """The model's files are there and do not load, or are not safe to load."""


class OutOfMemory(ModelError):
    """The model or the batch does not fit into memory."""


class DeviceRefused(ModelError):
    """A Space lends no graphics card."""


class StoreError(ExplorerError):
    """The cache cannot be used."""


class StoreUnwritable(StoreError):
    """The cache cannot be written: permission, space, or not a folder."""


class StoreCorrupt(StoreError):
    """The index or an image cannot be read."""


class StoreBusy(StoreError):
    """Another process holds the cache for longer than we wait."""


class ServeError(ExplorerError):
    """The page cannot be opened."""
