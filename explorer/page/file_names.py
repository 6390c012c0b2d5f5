"""Names of files that say what is in them."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.study import Study

_LONGEST = 60


def file_name(made: "Study", kind: str, extension: str) -> str:
    """Return the name of a file about a study: nurse-emoji-skewed-21x9-tallies-2026-11-28.csv.

    Args:
        made: the study; the numbers are those of its adjectives and of the images of each.
        kind: what the file holds.
        extension: "csv" for instance.
    """
    subject, *others = made.professions
    return dated_name(
        f"{1 + len(others)}-professions" if others else subject,
        "-and-".join(_plain(card.spec.name) for card in made.models),
        f"{len(made.adjectives)}x{made.images}",
        kind,
        extension=extension,
    )


def dated_name(*parts: str, extension: str) -> str:
    """Return the name of a file of today: its parts, as far as they are not empty, and the day."""
    plain = (_plain(part) for part in parts)
    return f"{'-'.join(filter(None, (*plain, datetime.now(UTC).date().isoformat())))}.{extension}"


def _plain(text: str) -> str:
    """Return a text in letters that every system and every header takes."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9.]+", "-", letters)[-_LONGEST:].strip("-.")
