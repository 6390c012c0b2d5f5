"""Report: the report card of a model, in the frame of the page, with its files."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import gradio as gr
from starlette.datastructures import QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explorer.errors import ExplorerError, InputError
from explorer.footprint.grids import find_grid
from explorer.page.choice import EXPLORE
from explorer.page.combobox import combobox
from explorer.page.rendering import alert
from explorer.pronouns.kept import kept_names
from explorer.report.build import Wanted, build
from explorer.report.pictures import thumbnails
from explorer.report.rendering import as_view
from explorer.report.writing import content
from explorer.translations import gettext as _
from explorer.words.vocabulary import find_profession, load_professions

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.report.card import Card

# Nothing else has this name, because a name of a model or profession is never empty.
NOTHING = ""
_MEDIA = {"html": "text/html", "md": "text/markdown", "json": "application/json"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# "revisit" is an event of our own: page.js opens an address with it.
_ON_LOAD = """
watch('value', () => window.biasExplorer.shown(element));
window.biasExplorer.arrive((query) => trigger("revisit", { query }));
"""


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

    # Gradio calls these. It reads their type annotations and wants request or event first.

    def opened(self, request: gr.Request) -> list[Any]:
        """Show the card of the address."""
        return self.of(parse(request.query_params))

    def revisited(self, event: gr.EventData) -> list[Any]:
        """Show the card of the address that Back or Forward led to."""
        return self.of(parse(QueryParams(str(event.query).removeprefix("?"))))

    def changed(self, *values: Any) -> str:
        """Show the card that the fields ask for."""
        return show(self.desk, Asked(*(str(value) for (value,) in values)))

    def of(self, asked: Asked) -> list[Any]:
        """Return the values of the fields, and the card below them."""
        return [*([text] for text in asdict(asked).values()), show(self.desk, asked)]


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    usual, own = Asked(), _("Use “{word}” as a hub id or folder")
    cards = [(card.title, card.spec.name) for card in desk.models]
    words = [(one.name, one.name) for one in load_professions()]
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
    shown = gr.HTML("", elem_id="bx-findings", js_on_load=_ON_LOAD, apply_default_css=False)
    made = View(desk, fields, shown)
    page.load(made.opened, None, [*fields, shown], **_QUIET)
    shown.revisit(made.revisited, None, [*fields, shown], **_QUIET)
    triggers = [field.input for field in fields]
    gr.on(triggers, made.changed, list(fields), shown, trigger_mode="always_last", **_QUIET)


def parse(parameters: "Parameters") -> Asked:
    """Read what an address asks for; of a part that it names twice, the first counts."""
    usual = asdict(Asked())
    said = {name: next(iter(parameters.getlist(name)), "").strip() for name in usual}
    return Asked(**{name: said[name] or usual[name] for name in usual})


def show(desk: "Desk", asked: Asked) -> str:
    """Return the card as HTML, or an alert."""
    try:
        made = _card(desk, asked)
        return as_view(made, thumbnails(made.grid, desk.store), asked.address)
    except ExplorerError as error:
        return alert(error)


def files(desk: "Desk") -> list[Route]:
    """Return the routes of the card's files."""
    return [Route(f"/card/report.{kind}", _file(desk, kind)) for kind in _MEDIA]


def _file(desk: "Desk", kind: str) -> "Callable[[Request], Response]":
    def answer(request: "Request") -> Response:
        try:
            made = _card(desk, parse(request.query_params))
            written = content(made, kind, thumbnails(made.grid, desk.store))
        except ExplorerError as error:
            return PlainTextResponse(str(error), 400 if isinstance(error, InputError) else 500)
        headers = {"Content-Disposition": f'attachment; filename="report.{kind}"'}
        return Response(written, media_type=_MEDIA[kind], headers=headers)

    return answer


def _card(desk: "Desk", asked: Asked) -> "Card":
    settings = desk.settings
    wanted = Wanted(
        against=desk.find_model(asked.against, settings.device) if asked.against else None,
        language_model=asked.language or None,
        profession=find_profession(asked.profession).name if asked.profession else None,
        place=find_grid(settings.country, settings.region),
        device=settings.device,
    )
    model = desk.find_model(asked.model, settings.device)
    return build(model, desk.store, datetime.now(UTC).date(), wanted)
