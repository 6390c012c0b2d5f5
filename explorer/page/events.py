"""What every view needs of Gradio: HTML that page.js follows, addresses, and events of fields."""

from collections.abc import Iterator
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.utils import LRUCache
from starlette.datastructures import QueryParams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    # What is shown of an address to a visitor, and what is shown of it first, None for nothing.
    Answer = Callable[[QueryParams, str], list[Any]]
    First = Callable[[QueryParams], list[Any] | None]

# Our own status line shows the progress, and these events are not an interface for programs.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# An event that fills a view shows there that it works, once it takes a while (page.css).


def awaited(view: gr.HTML) -> dict[str, Any]:
    """Return the settings of an event for whose HTML visitors wait."""
    return {**QUIET, "show_progress": "minimal", "show_progress_on": view}


# The HTML of the view is replaced in place, and the address bar follows it (page.js). "revisit" is
# an event of our own: Back and Forward open an address with it.
_ON_LOAD = """
watch('value', () => {
  window.biasExplorer.shown(element);
  window.biasExplorer.arriveAtPlace();
});
window.biasExplorer.arrive((query) => trigger("revisit", { query }));
"""


# Above a view, the status of its run. Where one goes on, the answer makes its page send "watch", an
# event of our own; most answers find none and cost no second event.
_WATCH_ON_LOAD = """
watch('value', () => element.querySelector("[data-watch]") && trigger("watch"));
"""
_watches = count()


# Whoever comes back after as many others begins anew.
VISITORS = 200


class _ByVisitor(LRUCache[str, Any]):
    """Gradio's own forgets the first of too many, who may still be watching a run."""

    def __getitem__(self, visitor: str) -> Any:
        self.move_to_end(visitor)
        return super().__getitem__(visitor)

    def get(self, visitor: str, default: Any = None) -> Any:
        try:
            return self[visitor]
        except KeyError:
            return default


def by_visitor() -> LRUCache[str, Any]:
    """Return a dictionary of what is known of each visitor.

    Of too many it forgets the one that was not asked for the longest: not every visitor says
    good-bye.
    """
    return _ByVisitor(VISITORS)


def html(value: str = "", *, elem_id: str, js_on_load: str = "") -> gr.HTML:
    """Lay out HTML that handlers fill; call inside a page."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False)


def view_html(elem_id: str) -> gr.HTML:
    """Lay out the HTML of a view, which the address bar follows; call inside its page."""
    return html(elem_id=elem_id, js_on_load=_ON_LOAD)


def status_html(elem_id: str) -> gr.HTML:
    """Lay out the status of a run, with an event "watch"; call inside its page."""
    return html(elem_id=elem_id, js_on_load=_WATCH_ON_LOAD)


def to_watch(status: str) -> str:
    """Return the HTML of a status that makes its page send the event "watch"."""
    # Two answers may tell the same of a run, and each is to be followed.
    return f'{status}<i hidden data-watch="{next(_watches)}"></i>'


def query_of(event: gr.EventData) -> str:
    """Return the query of the address that Back or Forward led to."""
    return str(event.query)


def parameters(query: str) -> QueryParams:
    """Return the parameters of a query."""
    return QueryParams(query.removeprefix("?"))


def answering(query: str, html: Any) -> Any:
    """Return the HTML of a view with the address that it answers, which page.js reads.

    What is no HTML, such as an update that skips it, is returned as it is.
    """
    mark = f'<i hidden data-answers="{escape(query)}"></i>'
    return html + mark if isinstance(html, str) else html


def visitor_of(request: gr.Request) -> str:
    """Return the name by which Gradio knows an open page."""
    return request.session_hash or ""


def finished(fields: "Iterable[Any]") -> list[Any]:
    """Return the events that tell that one of the fields has another value."""
    return [event for field in fields for event in _finished(field)]


def on_address(
    page: gr.Blocks,
    view: gr.HTML,
    answer: "Answer",
    outputs: "Sequence[Any]",
    first: "First | None" = None,
) -> None:
    """Answer the address that a page is opened with, and those that Back and Forward lead to.

    Args:
        page: the page.
        view: the HTML of the view, the last of the outputs.
        answer: returns the outputs for the parameters of an address and its visitor.
        outputs: what is filled.
        first: returns the outputs that an opened page shows until the answer is there.
    """

    # Gradio reads the type annotations, and wants the request first.
    def opened(request: gr.Request) -> list[Any]:
        return answer(request.query_params, visitor_of(request))

    # Only where it may take a while: Gradio sends the last of several answers twice. A last one
    # that leaves all as it is would be short, but undoes what was sent before the page is drawn.
    def started(request: gr.Request) -> Iterator[list[Any]]:
        if first and (line := first(request.query_params)):
            yield line
        yield opened(request)

    def revisited(request: gr.Request, event: gr.EventData) -> list[Any]:
        query = query_of(event)
        *values, html = answer(parameters(query), visitor_of(request))
        return [*values, answering(query, html)]

    asked = {"inputs": None, "outputs": [*outputs], **awaited(view)}
    page.load(started if first else opened, **asked)
    # Back may be pressed faster than the server answers.
    view.revisit(revisited, trigger_mode="multiple", **asked)


def _finished(field: Any) -> list[Any]:
    # Text that is being typed is not finished before Enter or Tab.
    if isinstance(field, gr.Textbox):
        return [field.submit, field.blur]
    if isinstance(field, gr.State):
        return []
    return [field.input]
