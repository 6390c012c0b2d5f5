"""The models of the hub that a cache's studies are made with, each pinned to a commit.

A pin is made when a study of the model starts for the first time. It lies beside the images, so a
copied cache still finds them, without the hub.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from explorer.json_files import Rule, read_object, write_object

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.models.names import HubName

_FOLDER = "models"
_REMEDY = "Delete the file; the next run makes it again."
_RULES = {
    "repo": Rule(lambda value: isinstance(value, str), _REMEDY),
    "revision": Rule(lambda value: isinstance(value, str), _REMEDY),
    "contents": Rule(lambda value: isinstance(value, str | None), _REMEDY),
    "scheduler": Rule(lambda value: isinstance(value, str), _REMEDY),
    "steps": Rule(lambda value: isinstance(value, int), _REMEDY),
    "guidance": Rule(lambda value: isinstance(value, int | float), _REMEDY),
    "size_px": Rule(lambda value: isinstance(value, list) and len(value) == len("wh"), _REMEDY),
}


@dataclass(frozen=True, slots=True)
class Pin:
    """A commit of a model on the hub, with the model's own settings.

    `contents` tells whether a later commit has other weights or configurations; it is None if the
    hub could not be asked.
    """

    repo: str
    revision: str
    contents: str | None
    scheduler: str
    steps: int
    guidance: float
    size_px: tuple[int, int]


def find_pin(cache: "Path", name: "HubName") -> Pin | None:
    """Return the pin of a name, None if no study of it has started.

    Raises:
        InvalidData: the pin is damaged.
    """
    own = _read(_path(cache, name))
    if own or name.revision is None:
        return own
    # An older commit may have been pinned under the name without a revision.
    pins = filter(None, map(_read, sorted(_path(cache, name).parent.glob("*.json"))))
    same = (pin for pin in pins if (pin.repo, pin.revision) == (name.repo, name.revision))
    return next(same, None)


def keep_pin(cache: "Path", name: "HubName", pin: Pin) -> None:
    """Pin a name.

    Raises:
        StoreUnwritable: the cache cannot be written.
    """
    write_object(_path(cache, name), asdict(pin))


def pinned_names(cache: "Path") -> tuple[str, ...]:
    """Return the names of all models that studies of a cache have started with, sorted."""
    return tuple(
        sorted(unquote(path.stem) for path in (cache.expanduser() / _FOLDER).glob("*.json"))
    )


def _path(cache: "Path", name: "HubName") -> "Path":
    return cache.expanduser() / _FOLDER / f"{quote(str(name), safe='@')}.json"


def _read(path: "Path") -> Pin | None:
    if not path.is_file():
        return None
    values = read_object(path, _RULES)
    return Pin(**{**values, "size_px": tuple(values["size_px"])})
