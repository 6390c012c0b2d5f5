"""Models: what can be asked for images, and how to use a model of one's own."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.page.downloads import CLASSIFIER_GB, size_text
from explorer.page.events import on_address, view_html
from explorer.page.model_facts import BUNDLED, REAL, SERVICE, found_here, grid_size, listed
from explorer.page.navigation import model_tabs
from explorer.page.rendering import render
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import gradio as gr

    from explorer.page.desk import Desk


def view(page: "gr.Blocks", desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    shown = view_html("bx-models")

    def answered(_query: Any, _visitor: str) -> list[Any]:
        return [show(desk)]

    on_address(page, shown, answered, [shown])


def show(desk: "Desk", *, fields: bool = True) -> str:
    """Return every model with what it takes, and the ways to use another one; asks no network."""
    models, public = listed(desk), desk.settings.is_public
    kinds = {kind: [one for one in models if one.kind == kind] for kind in (BUNDLED, REAL, SERVICE)}
    return render(
        "models.html",
        tabs_of_view=model_tabs("models"),
        groups=[
            (_("Test objects"), _test_objects(), kinds[BUNDLED]),
            (_("Real models"), _real(), kinds[REAL]),
            (_("Models of a service"), _services(), kinds[SERVICE]),
            # What lies on a server is nobody's business but its operator's.
            (_("Others on this machine"), "", () if public else found_here(desk)),
        ],
        grid=grid_size(),
        public=public,
        fields=fields,
        free=None if public else size_text(shutil.disk_usage(_existing(desk)).free),
        classifier=size_text(CLASSIFIER_GB * 1e9),
        device=desk.settings.device,
    )


def _existing(desk: "Desk") -> Path:
    """Return the folder of images, or the nearest one above it that exists."""
    folder = desk.settings.cache.expanduser().resolve()
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def _test_objects() -> str:
    return _(
        "They come with the tool and draw emoji. Their bias was chosen, so that one can learn the "
        "tool and check how well it measures. They say nothing about people or any other model."
    )


def _real() -> str:
    return _(
        "They draw photographs, on this machine. The first run downloads a model from the Hugging "
        "Face Hub, once; after that, no network is needed."
    )


def _services() -> str:
    return _(
        "Only a company's service runs them. It needs a key, each image costs money, and nothing "
        "is spent unless you say how much."
    )
