"""What people read, in their language."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from explorer import translations
from explorer.translations import DOMAIN, FOLDER, again, gettext, language, ngettext

ROOT = Path(__file__).parents[1]


@pytest.fixture
def dutch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a language beside the source one that knows two sentences."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalogue = Catalog(locale="nl")
    catalogue.add("No profession", "Geen beroep")
    catalogue.add(("{n} image", "{n} images"), ("{n} afbeelding", "{n} afbeeldingen"))
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / f"{DOMAIN}.po").open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    translations.catalogue.cache_clear()


@pytest.mark.usefixtures("dutch")
def test_a_sentence_is_said_in_the_language_in_use_and_only_there() -> None:
    with language("nl"):
        assert gettext("No profession") == "Geen beroep"
        assert ngettext("{n} image", "{n} images", 1) == "{n} afbeelding"
        assert ngettext("{n} image", "{n} images", 2) == "{n} afbeeldingen"
    assert gettext("No profession") == "No profession"


@pytest.mark.usefixtures("dutch")
def test_a_sentence_without_a_translation_stays_english() -> None:
    with language("nl"):
        assert gettext("Not translated yet") == "Not translated yet"
    with language("no such language"):
        assert gettext("No profession") == "No profession"


def test_the_catalogue_holds_every_sentence(tmp_path: Path) -> None:
    """Renew it with `make messages`."""
    kept = FOLDER / "en" / "LC_MESSAGES" / f"{DOMAIN}.po"
    made = tmp_path / "explorer.po"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command += ["--mapping=babel.cfg", "--keywords=_", "--no-wrap", "--sort-by-file"]
    command += ["--no-location", "--omit-header", f"--output={made}", "explorer"]
    subprocess.run(command, cwd=ROOT, check=True)
    assert made.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")


@pytest.mark.usefixtures("dutch")
def test_a_sentence_made_for_one_reader_can_be_said_again_to_another() -> None:
    for_one = ngettext("{n} image", "{n} images", 2).format(n=2)
    whole = gettext("No profession")
    with language("nl"):
        assert again(for_one) == "2 afbeeldingen"
        assert again(whole) == "Geen beroep"
        assert again("made of several") == "made of several"
    assert again(pickle.loads(pickle.dumps(for_one))) == "2 images"  # noqa: S301 - our own
