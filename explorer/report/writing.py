"""A card as the content of a file of any kind."""

from typing import TYPE_CHECKING

from explorer.report.files import as_json
from explorer.report.hub import model_card
from explorer.report.pdf import as_pdf
from explorer.report.rendering import as_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.report.card import Card


def content(card: "Card", kind: str, thumbnails: "Mapping[str, bytes]") -> bytes:
    """Return a card as a file of a kind: "html", "md", "json" or "pdf".

    Args:
        card: the card.
        kind: the ending of the file.
        thumbnails: its images as WebP files, by key.

    Raises:
        MachineUnfit: a PDF cannot be printed here.
    """
    if kind == "json":
        return as_json(card).encode()
    if kind == "md":
        return f"{str(model_card(card)).rstrip()}\n".encode()
    html = as_html(card, thumbnails)
    return as_pdf(html) if kind == "pdf" else html.encode()
