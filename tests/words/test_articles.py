import subprocess
import sys

import pytest

from explorer.words.articles import _article_by_sound, article
from explorer.words.vocabulary import load_adjectives, load_professions


@pytest.mark.parametrize(
    "phrase",
    [
        "an author",
        "an honest CEO",
        "an hour",
        "an heir",
        "an IT specialist",
        "an unreasonable nurse",
        "an uninsured driver",
        "a university lecturer",
        "a uniformed officer",
        "a European chef",
        "a eulogist",
        "a one-armed bandit",
        "a once-famous singer",
        "a hotelier",
        "a ukulele player",
        # What the library alone gets wrong.
        "an usher",
        "an Uber driver",
        "a UX designer",
        "a UEFA official",
        "an EU official",
        "an SEO expert",
        "an HIV nurse",
        "an R&D manager",
        "an 8-year-old",
        "an 11-year-old",
        "a 1st violinist",
        "an éclair baker",
        "an (old) author",
        # Acronyms.
        "an HR manager",
        "an MBA student",
        "an X-ray technician",
        "an LGBT activist",
        "an NGO worker",
        "an A&E nurse",
        "an SUV driver",
        "a US senator",
        "a UFO hunter",
        "a NASA engineer",
        "a LAN administrator",
        "a UNICEF worker",
        "a NURSE",
        # No English pronunciation.
        "a 医者",
        "a ?",
    ],
)
def test_the_article_follows_the_sound(phrase: str) -> None:
    expected, word, *_ = phrase.split()
    assert article(word) == expected


def test_the_listed_articles_are_what_the_sound_gives() -> None:
    listed = {entry.name.split()[0]: entry.article for entry in load_professions()}
    listed |= {entry.word: entry.article for entry in load_adjectives()}
    assert listed == {word: _article_by_sound(word) for word in listed}


def test_listed_words_need_no_library() -> None:
    code = (
        "import sys\n"
        "from explorer.words.prompts import Prompt\n"
        "assert Prompt('author', 'honest').text.endswith('an honest author')\n"
        "assert 'inflect' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
