"""What no event of Gradio may do, whoever sends it."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import gradio as gr

from explorer.page.guards.headers import is_embedded
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction

# What happens by itself when a page is opened or left; everything else is somebody's click or key.
_BY_ITSELF = {"load", "then", "success", "unload"}


def require_harmless(function: "BlockFunction", inputs: list[Any], request: Any) -> None:
    """Refuse a file that lies elsewhere, and clicks in a page that another website frames.

    Gradio would download the file, of any size. A website can lay a frame where one clicks.

    Raises:
        gr.Error: the event is refused.
    """
    if _names_elsewhere(inputs):
        raise gr.Error(_("Upload the file itself, not its address."), print_exception=False)
    asked = (
        urlsplit(request.headers.get("referer", "")) if isinstance(request, gr.Request) else None
    )
    by_itself = all(name in _BY_ITSELF for _, name in function.targets)
    if asked and is_embedded(asked.query) and not by_itself:
        raise gr.Error(_("Open the page itself to use it."), print_exception=False)


def _names_elsewhere(value: Any) -> bool:
    """Return whether a file in a value has an address of another server for its path."""
    if isinstance(value, dict):
        return "://" in str(value.get("path")) or any(map(_names_elsewhere, value.values()))
    return isinstance(value, list) and any(map(_names_elsewhere, value))
