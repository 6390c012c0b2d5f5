"""A field that takes words of a list: it filters while one types, and takes only what is chosen.

Gradio's dropdown with custom values appends what is typed to the word that it shows, and takes half
a word when it loses the focus. combobox.js follows the combobox pattern of the ARIA Authoring
Practices Guide instead.
"""

from typing import TYPE_CHECKING

import gradio as gr

from explorer.page.rendering import render
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ON_LOAD = "window.biasExplorer.combobox(element, props, () => trigger('input'), watch);"


def combobox(
    options: "Sequence[str | tuple[str, object]]",
    chosen: "Sequence[object]",
    name: tuple[str, str],
    *,
    several: bool = False,
    groups: "Mapping[str, Sequence[str]] | None" = None,
    own: str = "",
    info: str = "",
) -> gr.HTML:
    """Lay out a field, whose value is the list of what is chosen.

    Args:
        options: the values, or pairs of a label and a value.
        chosen: the values that are chosen at first.
        name: its label and its id.
        several: whether it takes more than one value.
        groups: what each group among the values holds; a group and what it holds replace each
            other, whichever is chosen last.
        own: a sentence with "{word}" that offers to take an unlisted word; "" forbids it.
        info: a sentence below the label.
    """
    label, elem_id = name
    html = render("combobox.html", id=elem_id, label=label, info=info, several=several, own=own)
    return gr.HTML(
        list(chosen),
        html_template=html,
        js_on_load=_ON_LOAD,
        apply_default_css=False,
        elem_id=elem_id,
        options=[(one, one) if isinstance(one, str) else one for one in options],
        several=several,
        groups=dict(groups or {}),
        words={
            "own": own,
            "near": _("Did you mean “{word}”?"),
            "none": _("Nothing in the list matches."),
            "remove": _("Remove {word}"),
            "replaced": _("“{chosen}” has replaced {others}."),
        },
    )
