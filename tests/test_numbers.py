"""Numbers and dates in the reader's form."""

import re
from pathlib import Path

import pytest

from explorer.numbers import day, decimal, figures, grouped, percentage, signed
from explorer.translations import language

ROOT = Path(__file__).parents[1] / "explorer"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
# A format of Python's that a reader would see.
_FORMAT = re.compile(r"""f"[^"]*\{[^{}"]*:z?(?:,|[+,]?\.\d[f%g]|[+,]?g)[^{}"]*\}""")
_READ = ("annotation", "cli", "findings", "footprint", "page", "plots", "pronouns", "report")
# Names and addresses, drawings, messages of limits, and what rounds without being read.
_NOT_READ = {
    *("page/choice.py", "page/annotation_report.py", "report/results.py"),
    # Cells of files, which spreadsheets read, and lengths in CSS.
    *("findings/readable.py", "plots/templating.py", "pronouns/rows.py"),
}


@pytest.mark.parametrize(
    ("said", "english", "french"),
    [
        (lambda: grouped(1234567), "1,234,567", f"1{NARROW}234{NARROW}567"),
        (lambda: percentage(0.97), "97%", f"97{NARROW}%"),
        (lambda: percentage(0.0123, 1), "1.2%", f"1,2{NARROW}%"),
        (lambda: decimal(1.126, 2), "1.13", "1,13"),
        (lambda: figures(0.00123456, 3), "0.00123", "0,00123"),
        (lambda: signed(3), "+3", "+3"),
        (lambda: signed(-3.25, 1), f"{MINUS}3.2", f"{MINUS}3,2"),
        (lambda: signed(-0.2), "0", "0"),
        (lambda: day("2026-11-28"), "2026-11-28", "28 novembre 2026"),
    ],
)
def test_numbers_and_dates_have_the_marks_of_the_language_in_use(
    said: "object", english: str, french: str
) -> None:
    assert callable(said)
    assert said() == english
    with language("fr"):
        assert said() == french


def test_no_sentence_formats_a_number_without_the_readers_marks() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in (
            "annotation",
            "cli",
            "findings",
            "footprint",
            "page",
            "plots",
            "pronouns",
            "report",
        )
        for path in (ROOT / folder).rglob("*.py")
        if str(path.relative_to(ROOT)) not in _NOT_READ
        for line in path.read_text(encoding="utf-8").splitlines()
        if _FORMAT.search(line)
    ]
    assert found == []
