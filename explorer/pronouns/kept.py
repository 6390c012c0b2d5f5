"""Scores and completions on this machine: a file for each version of a model, beside the images.

Those of the bundled models lie beside their weights, so that they can be shown at once.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from explorer.errors import InvalidData
from explorer.json_files import Rule, read_object, write_object, writing
from explorer.models.catalog import weights_folder
from explorer.pronouns.scores import Score
from explorer.pronouns.source import BUNDLED
from explorer.pronouns.templates import PRONOUNS
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FOLDER = "pronouns"
# In a folder of its own, because the files beside the weights make the model's fingerprint.
BESIDE_WEIGHTS = "probe/scores.json"
_REMEDY = "Delete the file; the model is then scored again."
_TEXT = Rule(lambda value: isinstance(value, str), _REMEDY)
_LIST = Rule(lambda value: isinstance(value, list), _REMEDY)
_RULES = {
    "name": _TEXT,
    "revision": _TEXT,
    "kind": _TEXT,
    "chat": Rule(lambda value: isinstance(value, bool), _REMEDY),
    "scores": _LIST,
    "completions": _LIST,
}


@dataclass(frozen=True, slots=True)
class Completions:
    """What a model wrote after the opening of a template, one text for each sample."""

    template: str
    pronoun: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is known of one version of a model; `chat` tells whether its template was used."""

    name: str
    revision: str
    kind: str
    chat: bool
    scores: tuple[Score, ...] = ()
    completions: tuple[Completions, ...] = ()

    def of(self, templates: "Sequence[str]", professions: "Iterable[str]") -> tuple[Score, ...]:
        """Return the scores of these templates and professions, templates first."""
        found = {(score.template, score.profession): score for score in self.scores}
        names = tuple(professions)
        pairs = ((template, name) for template in templates for name in names)
        return tuple(found[pair] for pair in pairs if pair in found)

    def continued(self, templates: "Sequence[str]") -> tuple[Completions, ...]:
        """Return the completions of these templates."""
        return tuple(one for one in self.completions if one.template in templates)


def find_kept(
    cache: Path, name: str, revision: str | None = None, *, chat: bool | None = None
) -> Kept | None:
    """Return the kept answers of a model, None if there are none.

    Args:
        cache: the folder of images and index.
        name: the name that the model was loaded by.
        revision: its version; None for the one that was scored last.
        chat: whether it was asked through its template; None for either.

    Raises:
        InvalidData: a file is damaged.
    """
    files = sorted(_root(cache).glob(f"{_quoted(name)}@*.json"), key=_age)
    if name in BUNDLED:
        files.append(weights_folder(name) / BESIDE_WEIGHTS)
    found = (_read(path) for path in files if path.is_file())
    return next(
        (one for one in found if revision in {None, one.revision} and chat in {None, one.chat}),
        None,
    )


def kept_names(cache: Path) -> tuple[str, ...]:
    """Return the names of all models that are kept, the bundled ones first."""
    names = (unquote(path.name.partition("@")[0]) for path in kept_files(cache))
    return tuple(dict.fromkeys([*BUNDLED, *names]))


def keep(cache: Path, kept: Kept) -> None:
    """Write what is known of a model, in place of what was known before.

    Raises:
        StoreUnwritable: the cache cannot be written.
    """
    ending = ".chat.json" if kept.chat else ".json"
    write_kept(_root(cache) / f"{_quoted(kept.name)}@{kept.revision}{ending}", kept)


def require_writable(cache: Path) -> None:
    """Refuse a cache in which nothing can be kept, before a model is asked.

    Raises:
        StoreUnwritable: it cannot be written.
    """
    folder = _root(cache)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix="."):
            pass


def write_kept(path: Path, kept: Kept) -> None:
    """Write a file that `find_kept` reads.

    Raises:
        StoreUnwritable: it cannot be written.
    """
    write_object(path, {**asdict(kept), "scores": list(map(_row, kept.scores))})


def kept_files(cache: Path) -> tuple[Path, ...]:
    """Return the files of all that is kept, without those of the bundled models."""
    return tuple(sorted(_root(cache).glob("*@*.json")))


def is_damaged(path: Path) -> bool:
    """Return whether a file cannot be read as what is kept of a model."""
    try:
        _read(path)
    except InvalidData:
        return True
    return False


def _age(path: Path) -> float:
    return -path.stat().st_mtime


def _root(cache: Path) -> Path:
    return cache.expanduser() / _FOLDER


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _row(score: Score) -> list[Any]:
    prior = score.prior or (None,) * len(PRONOUNS)
    return [score.template, score.profession, *score.sentence, *prior, score.mass]


def _read(path: Path) -> Kept:
    values = read_object(path, _RULES)
    try:
        scores = tuple(map(_score, values["scores"]))
        completions = tuple(
            Completions(one["template"], one["pronoun"], tuple(one["texts"]))
            for one in values["completions"]
        )
    except (TypeError, ValueError, LookupError) as error:
        raise InvalidData(
            _("{path!r} is damaged ({error}). {remedy}").format(
                path=str(path), error=error, remedy=_REMEDY
            )
        ) from error
    return Kept(**{**values, "scores": scores, "completions": completions})


def _score(row: list[Any]) -> Score:
    template, profession, she, he, they, *prior, mass = row
    known = None if None in prior else (prior[0], prior[1], prior[2])
    return Score(template, profession, (she, he, they), known, mass)
