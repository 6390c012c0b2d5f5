"""The pages of the app, the way to each of them, and the tabs of those that have several."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.page.choice import AVERAGE, IMAGES_TAB, NEIGHBOURS, STATISTICS, address
from explorer.page.languages import others
from explorer.page.rendering import render
from explorer.translations import again
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.page.choice import Choice

# The address of each page, by the name that page.js gives it.
PATHS = {
    "overview": "./",
    "explore": "explore",
    "compare": "compare",
    "annotate": "annotate",
    "report": "report",
    "models": "models",
    "method": "method",
    "gaps": "gaps",
    "pronouns": "pronouns",
    "footprint": "footprint",
}
# The link of the top bar that leads to each page that has none of its own.
_WITHIN = {"gaps": "overview", "pronouns": "explore", "footprint": "models"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its address, whether it is shown, and whether it belongs to the page it stands on."""

    name: str
    address: str
    current: bool
    stays: bool


def titles() -> dict[str, str]:
    """Return the title of each page."""
    return {
        "overview": _("Overview"),
        "explore": _("Explore"),
        "compare": _("Compare"),
        "annotate": _("Annotate"),
        "report": _("Report"),
        "models": _("Models"),
        "method": _("Method"),
        "gaps": _("Gaps"),
        "pronouns": _("Pronouns"),
        "footprint": _("Footprint"),
    }


def header(home: str, current: str = "", notices: tuple[str, ...] = ()) -> str:
    """Return the top bar, seen from a page that is `home` away from the first one."""
    names, within = titles(), _WITHIN.get(current, current)
    pages = [
        {"view": view, "name": names[view], "address": home + path, "current": view == within}
        for view, path in PATHS.items()
        if view not in _WITHIN
    ]
    languages = others(PATHS.get(current, "./"), home)
    return render("header.html", pages=pages, notices=map(again, notices), languages=languages)


def view_address(choice: "Choice") -> str:
    """Return the address of a choice's view: Explore of one model, Compare of several."""
    return PATHS["explore" if len(choice.models) == 1 else "compare"] + address(choice)


def image_tabs(choice: "Choice", panels: "Iterable[str]", *, pronouns: bool) -> list[Tab]:
    """Return the tabs of a view of images.

    Args:
        choice: what is chosen, with the tab that is shown.
        panels: the tabs that have something to show.
        pronouns: whether to add the page of language models.
    """
    has_panel = set(panels)
    tabs = [
        Tab(name, view_address(replace(choice, tab=tab)), tab == choice.tab, stays=True)
        for tab, name in _tab_names().items()
        if tab in has_panel
    ]
    if not pronouns:
        return tabs
    query = "?" + urlencode({"images": choice.models[0]}, safe="/:")
    return [*tabs, Tab(_("Pronouns"), PATHS["pronouns"] + query, current=False, stays=False)]


def pronoun_tabs(choice: "Choice", panels: "Iterable[str]") -> list[Tab]:
    """Return the same tabs as they stand on the page of language models."""
    explore = [
        replace(tab, current=False, stays=False)
        for tab in image_tabs(choice, panels, pronouns=False)
    ]
    return [*explore, Tab(_("Pronouns"), "", current=True, stays=False)]


def _tab_names() -> dict[str, str]:
    return {
        IMAGES_TAB: _("Images"),
        AVERAGE: _("Average face"),
        NEIGHBOURS: _("Neighbours"),
        STATISTICS: _("Statistics"),
    }


def model_tabs(current: str) -> list[Tab]:
    """Return the tabs of the page of models, of which one is shown."""
    return [
        Tab(titles()[name], PATHS[name], name == current, stays=False)
        for name in ("models", "footprint")
    ]
