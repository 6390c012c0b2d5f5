"""Cards as files: JSON that can be read back, with a published schema; and where files may lie."""

import json
import os
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData
from explorer.report.card import SCHEMA_VERSION, Card
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KINDS = ("html", "md", "json", "pdf")


def as_json(card: Card) -> str:
    """Return a card as JSON."""
    text: bytes = _adapter().dump_json(card, indent=1)
    return text.decode() + "\n"


def read_card(path: Path) -> Card:
    """Return the card that a JSON file holds.

    Raises:
        InvalidData: the file cannot be read or holds no card of this version.
    """
    from pydantic import ValidationError

    try:
        return _adapter().validate_json(path.read_bytes())
    except OSError as error:
        pattern = _("{path!r} cannot be read: {reason}. Name a JSON file that `card` has written.")
        reason = os.strerror(error.errno or 0)
        raise InvalidData(pattern.format(path=str(path), reason=reason)) from error
    except ValidationError as error:
        first = error.errors()[0]
        pattern = _(
            "{path!r} is no report card of version {version} ({place}: {reason}). Write it anew "
            "with `card MODEL --out FILE.json`."
        )
        raise InvalidData(
            pattern.format(
                path=str(path),
                version=SCHEMA_VERSION,
                place=".".join(map(str, first["loc"])) or _("the whole file"),
                reason=first["msg"],
            )
        ) from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a card."""
    found = _adapter().json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report card of Bias Explorer",
        **{key: value for key, value in found.items() if key != "title"},
    }


def schema_text() -> str:
    """Return the schema as it is published."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def kind_of(path: Path) -> str:
    """Return the kind of file that a path names by its ending, "html" for instance.

    Raises:
        InvalidData: it is none of those that cards have.
    """
    kind = path.suffix.removeprefix(".").casefold()
    if kind in KINDS:
        return kind
    raise InvalidData(
        _("{path!r} ends in none of {kinds}. Give the file one of these endings.").format(
            path=str(path), kinds=", ".join(f".{one}" for one in KINDS)
        )
    )


def require_place(path: Path) -> None:
    """Refuse a file that cannot be written, before anything is computed.

    Raises:
        InvalidData: it is a folder, or its folder is missing or may not be written.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise _refused(path, _("it is a folder"))
    if not folder.is_dir():
        raise _refused(path, _("there is no folder {folder!r}").format(folder=str(folder)))
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise _refused(path, _("permission denied"))


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        InvalidData: it cannot be written.
    """
    require_place(path)
    try:
        with NamedTemporaryFile("wb", dir=path.absolute().parent, delete=False) as file:
            file.write(content)
        # A temporary file is for its owner alone, and a card is for whoever may read the folder.
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise _refused(path, os.strerror(error.errno or 0)) from error


def _refused(path: Path, reason: str) -> InvalidData:
    return InvalidData(
        _(
            "{path!r} cannot be written ({reason}). Give the path of a file in a folder that "
            "exists and that you may write to."
        ).format(path=str(path), reason=reason)
    )


@cache
def _adapter() -> "TypeAdapter[Card]":
    from pydantic import TypeAdapter

    return TypeAdapter(Card)
