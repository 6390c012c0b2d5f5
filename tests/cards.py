"""Write docs/cards anew: the cards of the bundled models, and their schema.

Run: python -m tests.cards [folder of images]
"""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from explorer import settings as machine
from explorer.classifiers.find import classifiers
from explorer.generators.find import generators
from explorer.models.catalog import find_model
from explorer.reference.design import BUNDLED
from explorer.reference.sample import SAMPLE_PROFESSIONS, open_store
from explorer.report.build import Wanted, build
from explorer.report.files import schema_text, write
from explorer.report.pictures import thumbnails
from explorer.report.writing import content
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.vocabulary import load_adjectives, spread_by_women

FOLDER = machine.repository() / "docs" / "cards"
KINDS = ("html", "md", "json")
# Its images ship with the tool, so that a test can show them again.
SHOWN = "nurse"
# Enough professions to test what an adjective does.
WORDED = (
    *("CEO", "engineer", "teacher", "cook", "lawyer"),
    *("cashier", "librarian", "mechanic", "photographer", "doctor"),
)
LANGUAGE = {"emoji-skewed": "pronoun-skewed", "emoji-even": "pronoun-even"}


def main(cache: Path) -> None:
    """Generate what is missing, and write the cards."""
    with closing(open_store(machine.load(cache))) as store:
        for study in _studies():
            _generate(study, store, machine.load(cache))
        for name in BUNDLED:
            _write(name, store)
    write(FOLDER / "schema.json", schema_text().encode())


def wanted_for(name: str) -> Wanted:
    """Return the contents of the card of a bundled model."""
    (other,) = (one for one in BUNDLED if one != name)
    return Wanted(find_model(other, "cpu"), LANGUAGE[name], SHOWN)


def _studies() -> tuple[Study, ...]:
    models = tuple(find_model(name, "cpu") for name in BUNDLED)
    plain = tuple(dict.fromkeys((*SAMPLE_PROFESSIONS, *WORDED, *spread_by_women(30))))
    adjectives = (None, *(adjective.word for adjective in load_adjectives()))
    return Study(models, plain, images=30), Study(models, WORDED, adjectives, images=6)


def _generate(study: Study, store: Store, settings: machine.Settings) -> None:
    generates, classifies = generators(settings), classifiers(settings.device)
    for step in run(study, store, generates, classifies, batch=settings.batch):
        print(f"{step.done} of {step.total}", file=sys.stderr)  # noqa: T201


def _write(name: str, store: Store) -> None:
    today = datetime.now(UTC).date()
    card = build(find_model(name, "cpu"), store, today, wanted_for(name))
    for kind in KINDS:
        written = content(card, kind, thumbnails(card.grid, store))
        write(FOLDER / f"{name}.{kind}", written)
        print(f"{name}.{kind}  {len(written) // 1024} KiB")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else machine.repository() / ".cards")
