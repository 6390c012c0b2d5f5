"""What the translators work with: `make messages` starts it.

Without an argument, the French catalogue follows the one of the source language, and every message
that has no translation is printed as a PO file. With the path of such a file, filled in, its
translations are taken over:

    python -m tests.translating > todo.po
    python -m tests.translating todo.po
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from explorer.translations import DOMAIN, FOLDER, SOURCE

FRENCH = "fr"
# Dates and names of programs are left out, so that differences show translations. The CLDR would
# have a third form for millions.
_HEADER = rb"""msgid ""
msgstr ""
"Language: fr\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

"""


def path_of(language: str) -> Path:
    """Return the catalogue of a language."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path) -> Catalog:
    """Return a catalogue; where there is no such file, an empty one."""
    text = path.read_bytes() if path.is_file() else b""
    return read_po(BytesIO(text if text.startswith(_HEADER) else _HEADER + text), locale=FRENCH)


def messages(catalogue: Catalog) -> list[Message]:
    """Return the messages of a catalogue without its header."""
    return [message for message in catalogue if message.id]


def translated(message: Message) -> bool:
    """Return whether every form of a message is translated."""
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def followed(*sources: Catalog) -> Catalog:
    """Return the messages of the source language with the translations of the last source."""
    made = read(Path())
    for message in messages(read(path_of(SOURCE))):
        found = [one for source in sources if (one := source.get(message.id)) and translated(one)]
        string = found[-1].string if found else None
        made.add(message.id, string, flags=message.flags)
    return made


def text_of(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of a PO file."""
    text = BytesIO()
    write_po(text, catalogue, width=0, omit_header=True)
    return _HEADER + text.getvalue()


def main() -> None:
    """Follow the source language, take translations over, and print what has none."""
    given = [read(Path(name)) for name in sys.argv[1:]]
    made = followed(read(path_of(FRENCH)), *given)
    path_of(FRENCH).write_bytes(text_of(made))
    left = read(Path())
    for message in messages(made):
        if not translated(message):
            left.add(message.id, flags=message.flags)
    if messages(left):
        sys.stdout.buffer.write(text_of(left))


if __name__ == "__main__":
    main()
