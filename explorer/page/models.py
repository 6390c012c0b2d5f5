"""Models: what can be asked for images, and how to use a model of one's own."""

from typing import TYPE_CHECKING, Any

from explorer.page.events import on_address, view_html
from explorer.page.rendering import render

if TYPE_CHECKING:
    import gradio as gr

    from explorer.page.desk import Desk


def view(page: "gr.Blocks", _desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    shown = view_html("bx-models")

    def answered(_query: Any, _visitor: str) -> list[Any]:
        return [render("models.html", address="?")]

    on_address(page, shown, answered, [shown])
