"""Overview: the landing page, and what can be seen without generating anything."""

from typing import TYPE_CHECKING, Any

from explorer.page.events import on_address, view_html
from explorer.page.rendering import render

if TYPE_CHECKING:
    import gradio as gr

    from explorer.page.desk import Desk


def view(page: "gr.Blocks", _desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    shown = view_html("bx-overview")

    def answered(_query: Any, _visitor: str) -> list[Any]:
        return [render("overview.html", address="?")]

    on_address(page, shown, answered, [shown])
