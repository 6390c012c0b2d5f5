"""The app as a server, for the browser tests and the screenshots."""

from dataclasses import dataclass, replace
from pathlib import Path

import gradio as gr

from explorer import settings
from explorer import study as studies
from explorer.page.app import launch, warm
from explorer.page.choice import COMPARE, Choice, study
from explorer.page.desk import Desk, open_desk
from explorer.page.pace import Pace
from explorer.pictures.catalog import find_model, known_models, weights_folder
from explorer.reference.sample import sample_path
from explorer.store.index import Store
from tests.fakes import FakeClassifier, FakeGenerator


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


def open_site(cache: Path) -> Site:
    """Serve the app on a free port, with the sample study in its cache."""
    desk = open_desk(settings.load(cache)) if _trained() else _fake_desk(cache)
    warm(desk)
    page = launch(desk)
    return Site(str(page.local_url), desk, page)


def _trained() -> bool:
    parts = (*(weights_folder(name) for name in ("emoji-skewed", "emoji-even", "emoji-clip")),)
    return all(part.is_dir() for part in parts) and sample_path().is_file()


def _fake_desk(cache: Path) -> Desk:
    machine = settings.load(cache)
    desk = Desk(
        settings=machine,
        store=Store.open(cache),
        models=known_models(machine.device),
        find_model=find_model,
        generators=lambda _: FakeGenerator(),
        classifiers=FakeClassifier,
        pace=Pace(machine.device),
    )
    for profession in ("author", "nurse"):
        made = study(Choice(COMPARE.models, profession), find_model, machine.device)
        for _ in studies.run(made, desk.store, desk.generators, desk.classifiers):
            pass
    return replace(desk, generators=lambda _: FakeGenerator(seconds=0.05))
