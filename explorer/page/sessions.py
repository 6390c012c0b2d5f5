"""What Gradio keeps of each open page."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from gradio.state_holder import SessionState, StateHolder

if TYPE_CHECKING:
    import gradio as gr


class Sessions(StateHolder):
    """Gradio's own, but for a copy of every field of every page in every language.

    Deep links alone need that copy, and the page has none. Making it took longer than all else that
    an opened page asks for, and everybody waited.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            # Gradio copies the fields that an event fills when it fills them.
            bare = SimpleNamespace(default_config=self.blocks.default_config, blocks=())
            self.session_data[session_id] = SessionState(cast("gr.Blocks", bare))
        return super().__getitem__(session_id)


def keep_little(page: "gr.Blocks") -> None:
    """Let a served page keep little of each visitor."""
    holder: StateHolder = Sessions()  # type: ignore[no-untyped-call]
    holder.set_blocks(page)
    page.app.state_holder = holder
