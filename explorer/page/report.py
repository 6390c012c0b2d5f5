"""Report: the report card of a model, in the frame of the page, with its files."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import gradio as gr

from explorer.errors import ExplorerError
from explorer.footprint.grids import find_grid
from explorer.page.choice import EXPLORE
from explorer.page.combobox import combobox
from explorer.page.events import awaited, finished, on_address, view_html
from explorer.page.files import Download, download_route
from explorer.page.form import own_model
from explorer.page.rendering import alert, progress
from explorer.pronouns.kept import kept_names
from explorer.report.build import Wanted, build
from explorer.report.pictures import thumbnails
from explorer.report.rendering import as_view
from explorer.report.writing import content
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.vocabulary import find_profession, load_professions

if TYPE_CHECKING:
    from starlette.routing import Route

    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.report.card import Card

# Nothing else has this name, because a name of a model or profession is never empty.
NOTHING = ""
_MEDIA = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a card is asked to tell, as it stands in the address; NOTHING leaves a part out."""

    model: str = EXPLORE.models[0]
    against: str = NOTHING
    language: str = NOTHING
    profession: str = NOTHING

    @property
    def address(self) -> str:
        """The query of its address, "?" included."""
        named = {name: text for name, text in asdict(self).items() if text or name == "model"}
        return "?" + urlencode(named, safe="/:@")


@dataclass(frozen=True, slots=True)
class View:
    """The fields of the view, in the order of those of Asked, and the card below them."""

    desk: "Desk"
    fields: tuple[gr.HTML, ...]
    shown: gr.HTML

    def answered(self, query: "Parameters", _visitor: str) -> list[Any]:
        """Show the card of an address."""
        return self.of(parse(query))

    def changed(self, *values: Any) -> str:
        """Show the card that the fields ask for."""
        return show(self.desk, Asked(*(str(value) for (value,) in values)))

    def of(self, asked: Asked) -> list[Any]:
        """Return the values of the fields, and the card below them."""
        return [*_values(asked), show(self.desk, asked)]


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    usual, own = Asked(), own_model(allowed=desk.may.names_models)
    cards = [(word("model", card.title), card.spec.name) for card in desk.models]
    words = [(word("profession", one.name), one.name) for one in load_professions()]
    nothing = (_("none"), NOTHING)
    languages = [(name, name) for name in kept_names(desk.settings.cache)]
    with gr.Row(elem_classes="bx-form"):
        model = combobox(cards, [usual.model], (_("Model"), "bx-model"), own=own)
        against = combobox([nothing, *cards], [usual.against], (_("Beside"), "bx-against"), own=own)
        language = combobox(
            [nothing, *languages], [usual.language], (_("Language model"), "bx-language"), own=own
        )
        profession = combobox(
            [(_("the most telling one"), NOTHING), *words],
            [usual.profession],
            (_("Images of"), "bx-profession"),
        )
    fields = (model, against, language, profession)
    made = View(desk, fields, view_html("bx-findings"))
    on_address(page, made.shown, made.answered, [*fields, made.shown], starting)
    gr.on(
        finished(fields),
        made.changed,
        list(fields),
        made.shown,
        trigger_mode="always_last",
        **awaited(made.shown),
    )


def starting(parameters: "Parameters") -> list[Any]:
    """Return the values of the fields, and that the card is being written."""
    asked = parse(parameters)
    text = _("Reading the images of {model}\N{HORIZONTAL ELLIPSIS}").format(model=asked.model)
    return [*_values(asked), progress(text)]


def _values(asked: Asked) -> list[list[str]]:
    return [[text] for text in asdict(asked).values()]


def parse(parameters: "Parameters") -> Asked:
    """Read what an address asks for; of a part that it names twice, the first counts."""
    usual = asdict(Asked())
    said = {name: next(iter(parameters.getlist(name)), "").strip() for name in usual}
    return Asked(**{name: said[name] or usual[name] for name in usual})


def show(desk: "Desk", asked: Asked) -> str:
    """Return the card as HTML, or an alert."""
    try:
        made = card_of(desk, asked)
        return as_view(made, thumbnails(made.grid, desk.store), asked.address)
    except ExplorerError as error:
        return alert(error)


def files(desk: "Desk") -> "list[Route]":
    """Return the routes of the card's files."""
    return [
        download_route(f"/card/report.{kind}", partial(_written, desk, kind)) for kind in _MEDIA
    ]


def _written(desk: "Desk", kind: str, asked: "Parameters") -> Download:
    made = card_of(desk, parse(asked))
    written = content(made, kind, thumbnails(made.grid, desk.store))
    return Download(f"report.{kind}", _MEDIA[kind], written)


def card_of(desk: "Desk", asked: Asked) -> "Card":
    """Return the card.

    Raises:
        InputError, ModelError: what it is asked to tell does not exist.
    """
    settings = desk.settings
    if asked.language:
        desk.may.require_language_model(asked.language)
    wanted = Wanted(
        against=desk.find_model(asked.against, settings.device) if asked.against else None,
        language_model=asked.language or None,
        profession=find_profession(asked.profession).name if asked.profession else None,
        place=find_grid(settings.country, settings.region),
        device=settings.device,
    )
    model = desk.find_model(asked.model, settings.device)
    return build(model, desk.store, datetime.now(UTC).date(), wanted)
