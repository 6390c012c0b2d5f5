"""Read JSON files strictly: what breaks a rule is refused, never guessed. Write them at once."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from explorer.errors import InvalidData, StoreUnwritable, UnknownName
from explorer.translations import gettext as _


@dataclass(frozen=True, slots=True)
class Rule:
    """The values that a key accepts, and the remedy for any other value, as a sentence."""

    accepts: Callable[[Any], bool]
    remedy: str
    required: bool = True


def read_object(path: Path, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Raises:
        InvalidData: the file cannot be read, is not JSON, or the object breaks the rules.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_repeats)
    except OSError as error:
        raise InvalidData(
            _("{path!r} cannot be read: {strerror}. Restore the file.").format(
                path=str(path), strerror=error.strerror
            )
        ) from error
    except ValueError as error:
        raise InvalidData(
            _("{path!r} is not valid JSON: {error}. Correct it.").format(
                path=str(path), error=error
            )
        ) from error
    return check_object(content, rules, repr(str(path)))


def write_object(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON file in place of what was there; a reader sees the whole of one or the other.

    Raises:
        StoreUnwritable: it cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file in a folder of its own has the permissions of any new file.
        with TemporaryDirectory(dir=path.parent, prefix=".", ignore_cleanup_errors=True) as folder:
            partial = Path(folder, path.name)
            partial.write_text(json.dumps(values), encoding="utf-8")
            partial.replace(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let the block write a file or into a folder.

    Raises:
        StoreUnwritable: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise StoreUnwritable(
            _(
                "{path!r} cannot be written: {strerror}. Give your user access to the "
                "folder, free some space, or choose another folder with --cache."
            ).format(path=str(path), strerror=error.strerror)
        ) from error


def check_object(value: object, rules: Mapping[str, Rule], place: str) -> dict[str, Any]:
    """Return the value, an object with known keys that lacks none of the required ones.

    Args:
        value: a value read from JSON.
        rules: the known keys.
        place: the file, and the entry if it has several, for messages.

    Raises:
        InvalidData: the value breaks the rules; the message names place, value and remedy.
    """
    if not isinstance(value, dict):
        raise InvalidData(
            _("{place}: {value!r:.120} is not an object. Write {{...}}.").format(
                place=place, value=value
            )
        )
    for key in value:
        if key not in rules:
            raise InvalidData(
                _("{place}: {error}").format(place=place, error=UnknownName("key", key, rules))
            )
    for key, rule in rules.items():
        if key not in value and rule.required:
            raise InvalidData(
                _("{place}: the key {key!r} is missing. Add it.").format(place=place, key=key)
            )
        if key in value and not rule.accepts(value[key]):
            raise InvalidData(
                _("{place}: {key!r} is {value!r:.120}. {remedy}").format(
                    place=place, key=key, value=value[key], remedy=rule.remedy
                )
            )
    return value


def one_of(*values: str, required: bool = True) -> Rule:
    """Return the rule for a key whose value is one of a few texts."""
    remedy = f"Use one of {', '.join(map(repr, values))}."
    return Rule(lambda value: value in values, remedy, required)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Python's parser would keep the last of two equal keys without a word.
    fields = dict(pairs)
    if len(fields) < len(pairs):
        ((repeated, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {repeated!r} is repeated in {fields!r:.120}")
    return fields
