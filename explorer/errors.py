"""Every deliberate error, one tree.

ExplorerError
├── InputError              invalid input: exit status 2
│   ├── UnknownName         no such model, profession, adjective, axis or label
│   ├── NotChosen           nothing is chosen yet where something must be
│   ├── OutOfRange          a number below or above its limits
│   │   └── TooLarge        a study is larger than the page shows
│   └── InvalidData         a data file breaks its rules
├── ModelError              a generator or classifier cannot be used
│   ├── ModelNotFound       no such folder or hub id
│   ├── ModelAccessDenied   gated or private: accept a licence or provide a token
│   ├── ModelUnreachable    the model is not on this machine and the hub is unreachable
│   ├── ModelBroken         the files exist but do not load, or are not safe to load
│   ├── OutOfMemory         the model or the batch does not fit
│   ├── ImagesUnusable      a run is over, and some of its images are black or no numbers
│   ├── CostLimitReached    a run of a service's model has spent what it may
│   └── DeviceRefused       a Space provides no GPU
├── StoreError              the cache cannot be used
│   ├── StoreUnwritable     no permission, no space, not a folder
│   ├── StoreCorrupt        the index or an image cannot be read
│   │   └── IndexDamaged    the index is damaged; the next start rebuilds it
│   └── StoreBusy           another process keeps the cache locked for too long
├── ServeError              the page cannot be opened, for instance because the port is in use
├── NotAllowed              a public page does not offer this; duplicate it or run it at home
│   └── QuotaSpent          a visitor, or all of them, have used up what they may
├── MachineUnfit            something on this machine would stop a run, or the printing of a card
└── LimitExceeded           a report card is beyond a limit that a team has set

Every message says what is wrong, quotes the value with !r and says what to do. Only two places
report errors to people: the page displays them, and the command line prints them and exits with
status 1, or 2 for an InputError.
"""

from difflib import get_close_matches
from typing import TYPE_CHECKING

from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_NAMES_SHOWN = 8


class ExplorerError(Exception):
    """An error whose message says what is wrong, quotes the value and names the remedy."""


class InputError(ExplorerError):
    """The input is invalid."""


class UnknownName(InputError):
    """There is no such model, profession, adjective, axis or label."""

    def __init__(
        self,
        kind: str,
        name: str,
        known: "Iterable[str]",
        remedy: str = "",
        near: "Sequence[str]" = (),
    ) -> None:
        """Quote the name and suggest the nearest known one.

        Args:
            kind: the kind of name, in the singular, such as "profession".
            name: the unknown name.
            known: the names that exist.
            remedy: a sentence with further advice, such as how to list the names.
            near: names to suggest in place of the one that is spelt most alike.
        """
        known = tuple(known)
        lower = {candidate.casefold(): candidate for candidate in known}
        alike = get_close_matches(name.casefold(), lower, n=1, cutoff=0.5)
        near = near or [lower[one] for one in alike]
        if near:
            hint = _("Did you mean {names}?").format(names=_listed(near))
        else:
            more = "..." if len(known) > _NAMES_SHOWN else "."
            names = ", ".join(map(repr, known[:_NAMES_SHOWN])) + more
            hint = _("Known: {names}").format(names=names)
        pattern = _("Unknown {kind} {name!r:.120}. {hint} {remedy}")
        said = pattern.format(kind=word("kind", kind), name=name, hint=hint, remedy=remedy)
        super().__init__(said.strip())


class NotChosen(InputError):
    """Nothing is chosen yet where something must be; the page waits without an alarm."""


def _listed(names: "Sequence[str]") -> str:
    *first, last = map(repr, names)
    return _("{first} or {last}").format(first=", ".join(first), last=last) if first else last


class OutOfRange(InputError):
    """A number is below or above its limits."""


class TooLarge(OutOfRange):
    """A study is larger than the page shows."""


class InvalidData(InputError):
    """A data file breaks its rules."""


class ModelError(ExplorerError):
    """A generator or classifier cannot be used."""


class ModelNotFound(ModelError):
    """There is no such folder or hub id."""


class ModelAccessDenied(ModelError):
    """The model is gated or private."""


class ModelUnreachable(ModelError):
    """The model is not on this machine and the hub cannot be reached."""


class ModelBroken(ModelError):
    """The model's files exist but do not load, or are not safe to load."""


class OutOfMemory(ModelError):
    """The model or the batch does not fit into memory."""


class ImagesUnusable(ModelError):
    """A run is over, and some of its images are black, of one colour, or no numbers."""


class CostLimitReached(ModelError):
    """A run of a service's model has spent what it may spend."""


class DeviceRefused(ModelError):
    """A Space provides no GPU."""


class StoreError(ExplorerError):
    """The cache cannot be used."""


class StoreUnwritable(StoreError):
    """The cache cannot be written: no permission, no space, or not a folder."""


class StoreCorrupt(StoreError):
    """The index or an image cannot be read."""


class IndexDamaged(StoreCorrupt):
    """The index is damaged, and the next start rebuilds it."""


class StoreBusy(StoreError):
    """Another process keeps the cache locked for too long."""


class ServeError(ExplorerError):
    """The page cannot be opened."""


class NotAllowed(ExplorerError):
    """A public page does not offer this."""


class QuotaSpent(NotAllowed):
    """A visitor, or all of them together, have used up what they may."""


class MachineUnfit(ExplorerError):
    """Something on this machine would stop a run, or the printing of a card."""


class LimitExceeded(ExplorerError):
    """A report card is beyond a limit that a team has set."""
