"""HTML as a tree, so that tests ask what a page shows and not how it is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {"br", "hr", "img", "input", "link", "meta"}


@dataclass(slots=True)
class Element:
    """An element with its attributes and everything inside it, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, with single blanks."""
        return " ".join("".join(self.strings()).split())

    @property
    def spoken(self) -> str:
        """The text that a screen reader reads: none of what is hidden from it."""
        return " ".join("".join(self.strings(spoken=True)).split())

    @property
    def classes(self) -> set[str]:
        """The classes of the element."""
        return set(self.attributes.get("class", "").split())

    def all(self, selector: str, **attributes: str) -> "list[Element]":
        """Return the elements inside that match "tag", ".class" or "tag.class.class", in order."""
        tag, *classes = selector.split(".")
        return [
            one
            for one in self.elements()
            if tag in {"", one.tag}
            and one.classes.issuperset(classes)
            and attributes.items() <= one.attributes.items()
        ]

    def one(self, selector: str, **attributes: str) -> "Element":
        """Return the only element inside that matches; a test without exactly one fails."""
        found = self.all(selector, **attributes)
        assert len(found) == 1, f"{len(found)} elements are {selector!r} with {attributes!r}"
        return found[0]

    def elements(self) -> "Iterator[Element]":
        """Yield every element inside, in order."""
        for each in self.inside:
            if isinstance(each, Element):
                yield each
                yield from each.elements()

    def strings(self, *, spoken: bool = False) -> Iterator[str]:
        """Yield every piece of text inside, in order."""
        for each in self.inside:
            if isinstance(each, str):
                yield each
            elif not (spoken and each.attributes.get("aria-hidden") == "true"):
                yield from each.strings(spoken=spoken)


def parse_html(text: object) -> Element:
    """Return the tree of a piece of HTML; an element that is not closed fails the test."""
    parser = _Parser()
    parser.feed(str(text))
    parser.close()
    assert len(parser.open) == 1, f"<{parser.open[-1].tag}> is not closed"
    return parser.open[0]


def table_rows(table: Element) -> list[list[str]]:
    """Return the text of each cell of a table's body, as a screen reader reads it."""
    return [
        [cell.spoken for cell in row.inside if isinstance(cell, Element)]
        for row in table.one("tbody").all("tr")
    ]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        made = self.open[-1].inside[-1]
        if tag not in _EMPTY and isinstance(made, Element):
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.open[-1].inside.append(Element(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"<{self.open[-1].tag}> is closed by </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)
