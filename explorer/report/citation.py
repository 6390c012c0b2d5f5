"""How a report card is cited: as a sentence and as BibTeX."""

import re
from typing import TYPE_CHECKING

from explorer import __version__
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.report.card import Card

# What BibTeX would read as its own.
_SPECIAL = re.compile(r"([&%$#_{}])")


def plain(card: "Card") -> str:
    """Return the citation of a card as a sentence."""
    return _(
        "Bias Explorer {version}: Report card of {model}, version {revision}, made on {date}."
    ).format(
        version=__version__,
        model=card.model.name,
        revision=card.model.revision,
        date=card.made_on,
    )


def bibtex(card: "Card") -> str:
    """Return the citation of a card as an entry of BibTeX."""
    key = re.sub(r"[^a-z0-9]+", "-", card.model.name.lower()).strip("-")
    year, month, _day = card.made_on.split("-")
    fields = {
        "title": f"Report card of {_escaped(card.model.name)}",
        "author": "{Bias Explorer}",
        "year": year,
        "month": str(int(month)),
        "note": f"Bias Explorer {__version__}, model version {_escaped(card.model.revision)}, "
        f"made on {card.made_on}",
    }
    lines = (f"  {name} = {{{text}}}" for name, text in fields.items())
    return f"@misc{{bias-explorer-{key}-{year},\n" + ",\n".join(lines) + "\n}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
