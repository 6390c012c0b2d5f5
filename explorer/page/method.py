"""Method: docs/method.md in the page, with a place for each of its headings and leading words."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from explorer.page.events import on_address, view_html
from explorer.page.rendering import render
from explorer.settings import repository
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import gradio as gr
    from markdown_it.token import Token

    from explorer.page.desk import Desk


@dataclass(frozen=True, slots=True)
class Method:
    """The text as HTML; `contents` are the place and the title of each chapter."""

    text: Markup
    contents: tuple[tuple[str, str], ...]


def view(page: "gr.Blocks", _desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    shown = view_html("bx-method")

    def answered(_query: Any, _visitor: str) -> list[Any]:
        return [show()]

    on_address(page, shown, answered, [shown])


def show() -> str:
    """Return the method, or that it is missing, where only a part of the repository is there."""
    return render("method.html", method=method())


@cache
def method() -> Method | None:
    """Return docs/method.md as HTML, None where it is missing."""
    path = repository() / "docs" / "method.md"
    return rendered(path.read_text(encoding="utf-8")) if path.is_file() else None


def rendered(text: str) -> Method:
    """Return a text in Markdown as HTML, without its title, which the page has already."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    if tokens and tokens[0].tag == "h1":
        del tokens[:3]
    contents: list[tuple[str, str]] = []
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug(inner.content))
            contents += [(slug(inner.content), inner.content)] * (token.tag == "h2")
        elif token.type == "paragraph_open" and (lead := _lead(inner)):
            token.attrSet("id", slug(lead))
        _turn_links(inner)
    html = _scrolling(reader.renderer.render(tokens, reader.options, {}))
    # No HTML is read in the text, and everything else was escaped.
    return Method(Markup(html), tuple(contents))  # noqa: S704


def slug(title: str) -> str:
    """Return the place that a link to a title names, as on GitHub."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def _lead(inline: "Token") -> str | None:
    """Return the leading words of a paragraph that stand in bold, None without any."""
    found = re.match(r"\*\*(.+?)\*\*", inline.content)
    return found[1] if found else None


def _turn_links(token: "Token") -> None:
    """Let links within the text lead there, and unlink files of the repository."""
    is_file = False
    for one in token.children or ():
        if one.type == "link_open":
            target = str(one.attrGet("href"))
            is_file = not target.startswith(("#", "https:"))
            if is_file:
                one.attrs = {}
            elif target.startswith("#"):
                one.attrSet("href", f"method{target}")
        if one.type in {"link_open", "link_close"} and is_file:
            one.tag = "span"


def _scrolling(text: str) -> str:
    """Return HTML whose tables scroll sideways where they are too wide, by keys as well."""
    numbers = count(1)

    def opening(_found: re.Match[str]) -> str:
        label = escape(_("Table {number}").format(number=next(numbers)))
        return f'<div class="bx-scroll" tabindex="0" role="region" aria-label="{label}"><table>'

    return re.sub("<table>", opening, text).replace("</table>", "</table></div>")
