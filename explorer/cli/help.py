"""Lay help out as plain text: names on the left, their descriptions on the right."""

import textwrap
from typing import TYPE_CHECKING

from cyclopts.help.formatters.plain import PlainFormatter

from explorer.translations import gettext as _

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

_MARGIN, _GAP = 2, 2


class TwoColumns(PlainFormatter):
    """Print the entries of a panel in two columns."""

    def __call__(
        self,
        console: "Console",
        options: "ConsoleOptions",  # noqa: ARG002 - cyclopts gives it
        panel: "HelpPanel",
    ) -> None:
        """Print one panel, its title first."""
        if not panel.entries:
            return
        rows = [
            (", ".join(one.display_labels_with_metavar), _described(one)) for one in panel.entries
        ]
        indent = _MARGIN + max(len(name) for name, _text in rows) + _GAP
        lines = [_row(name, text, indent, console.width) for name, text in rows]
        block = "\n".join([f"{panel.title}:", *lines, ""])
        console.print(block, highlight=False, markup=False, soft_wrap=True)


def _row(name: str, text: str, indent: int, width: int) -> str:
    head = f"{' ' * _MARGIN}{name}".ljust(indent)
    return textwrap.fill(
        text, width, initial_indent=head, subsequent_indent=" " * indent, break_on_hyphens=False
    )


def _described(entry: "HelpEntry") -> str:
    """Return the description of an entry with its choices and its default."""
    notes = []
    if entry.choices:
        notes.append(_("[choices: {choices}]").format(choices=", ".join(entry.choices)))
    if entry.default is not None:
        notes.append(_("[default: {value}]").format(value=entry.default))
    if entry.required:
        notes.append(_("[required]"))
    return "  ".join(filter(None, (str(entry.description.primary_renderable), *notes)))
