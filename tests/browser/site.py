"""The app as a server, for the browser tests and the screenshots."""

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from explorer import settings
from explorer.page.app import launch, warm
from explorer.page.desk import Desk, open_desk
from explorer.settings import Address


@dataclass(frozen=True, slots=True)
class Site:
    """A served app; `url` ends with a slash."""

    url: str
    desk: Desk
    page: gr.Blocks

    def close(self) -> None:
        """Stop serving and let go of the store."""
        self.page.close(verbose=False)
        self.desk.store.close()


def open_site(cache: Path, address: Address = Address()) -> Site:
    """Serve the app on a free port, with the sample study in its cache."""
    desk = open_desk(settings.load(cache))
    warm(desk)
    page = launch(desk, address)
    return Site(str(page.local_url), desk, page)
