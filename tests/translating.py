"""What the translators work with: `make messages` starts it.

Without an argument, the French catalogue follows the one of the source language, and every message
that has no translation is printed as a PO file. With the path of such a file, filled in, its
translations are taken over:

    python -m tests.translating > todo.po
    python -m tests.translating todo.po
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from explorer.translations import DOMAIN, FOLDER, SOURCE

FRENCH = "fr"


def path_of(language: str) -> Path:
    """Return the catalogue of a language."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path) -> Catalog:
    """Return a catalogue; without the file, an empty one."""
    if not path.exists():
        return Catalog(locale=FRENCH)
    with path.open("rb") as file:
        return read_po(file, locale=FRENCH)


def messages(catalogue: Catalog) -> list[Message]:
    """Return the messages of a catalogue without its header."""
    return [message for message in catalogue if message.id]


def translated(message: Message) -> bool:
    """Return whether every form of a message is translated."""
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def followed(*sources: Catalog) -> Catalog:
    """Return the messages of the source language with the translations of the last source."""
    made = Catalog(locale=FRENCH)
    for message in messages(read(path_of(SOURCE))):
        found = [one for source in sources if (one := source.get(message.id)) and translated(one)]
        string = found[-1].string if found else None
        made.add(message.id, string, flags=message.flags)
    return made


def written(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue without what changes by itself, so that differences show translations."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, omit_header=True)


def main() -> None:
    """Follow the source language, take translations over, and print what has none."""
    given = [read(Path(name)) for name in sys.argv[1:]]
    made = followed(read(path_of(FRENCH)), *given)
    written(made, path_of(FRENCH))
    left = Catalog(locale=FRENCH)
    for message in messages(made):
        if not translated(message):
            left.add(message.id, flags=message.flags)
    write_po(sys.stdout.buffer, left, width=0, omit_header=True)


if __name__ == "__main__":
    main()
