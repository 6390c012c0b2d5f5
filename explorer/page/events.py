"""What every view needs of Gradio: HTML that page.js follows, and the events of its fields."""

from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.datastructures import QueryParams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gradio.events import Dependency

    # What is shown of an address to a visitor.
    Answer = Callable[[QueryParams, str], list[Any]]

# Our own status line shows the progress, and these events are not an interface for programs.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# The HTML of the view is replaced in place, and the address bar follows it (page.js). "revisit" is
# an event of our own: Back and Forward open an address with it.
_ON_LOAD = """
watch('value', () => window.biasExplorer.shown(element));
window.biasExplorer.arrive((query) => trigger("revisit", { query }));
"""


def html(value: str = "", *, elem_id: str, js_on_load: str = "") -> gr.HTML:
    """Lay out HTML that handlers fill; call inside a page."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False)


def view_html(elem_id: str) -> gr.HTML:
    """Lay out the HTML of a view, which the address bar follows; call inside its page."""
    return html(elem_id=elem_id, js_on_load=_ON_LOAD)


def visitor_of(request: gr.Request) -> str:
    """Return the name of a visitor, who has another one after a reload."""
    return request.session_hash or ""


def query_of(event: gr.EventData) -> QueryParams:
    """Return the query of the address that Back or Forward led to."""
    return QueryParams(str(event.query).removeprefix("?"))


def finished(fields: "Iterable[Any]") -> list[Any]:
    """Return the events that tell that one of the fields has another value."""
    return [event for field in fields for event in _finished(field)]


def on_address(
    page: gr.Blocks,
    view: gr.HTML,
    answer: "Answer",
    outputs: "Sequence[Any]",
    again: "Answer | None" = None,
) -> "tuple[Dependency, Dependency]":
    """Answer the address that a page is opened with, and those that Back and Forward lead to.

    Args:
        page: the page.
        view: the HTML of the view.
        answer: returns the outputs for a query and a visitor.
        outputs: what is filled.
        again: answers Back and Forward, where they need another answer.

    Returns:
        The event of opening, and that of Back and Forward.
    """
    returning = again or answer

    # Gradio reads the type annotations.
    def opened(request: gr.Request) -> list[Any]:
        return answer(request.query_params, visitor_of(request))

    def revisited(request: gr.Request, event: gr.EventData) -> list[Any]:
        return returning(query_of(event), visitor_of(request))

    filled = [*outputs]
    return (
        page.load(opened, None, filled, **QUIET),
        view.revisit(revisited, None, filled, **QUIET),
    )


def _finished(field: Any) -> list[Any]:
    # Text that is being typed is not finished before Enter or Tab.
    if isinstance(field, gr.Textbox):
        return [field.submit, field.blur]
    if isinstance(field, gr.State):
        return []
    return [field.input]
