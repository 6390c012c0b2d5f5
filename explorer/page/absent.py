"""What a public page does not offer, and how to have it."""

import gradio as gr

from explorer.page.permissions import remedy
from explorer.page.rendering import render
from explorer.translations import gettext as _


def no_annotating() -> None:
    """Lay out the page of annotations where nobody can annotate; call inside its page."""
    title = _("Nobody can annotate on this page")
    text = _(
        "Annotations correct the shares that everybody sees, so they need people whom the operator "
        "of the page knows."
    )
    gr.HTML(
        render("absent.html", title=title, lines=(text, remedy())),
        elem_id="bx-task",
        apply_default_css=False,
    )


def own_models(*, signs_in: bool) -> None:
    """Say how to have models, folders and files of one's own; call below the fields of a view.

    With `signs_in`, people may sign in with the Hub, for what the operator offers to them.
    """
    if signs_in:
        gr.LoginButton(size="sm")
    gr.HTML(
        render("remedy.html", text=_("Here you choose among listed models."), remedy=remedy()),
        apply_default_css=False,
    )
