"""A smaller choice to make in place of a big one: what it costs, and what it still tells."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError
from explorer.findings.plans import POINTS, PRESETS, plan
from explorer.footprint.amounts import time_text
from explorer.numbers import grouped
from explorer.page.choice import NONE, VIEWS, address
from explorer.study import lacking
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.study import Study

# From here on a choice is big.
_BIG = 1000
# A smaller choice has at most this share of the images.
_MOST = 0.5
# The images of each profession with which professions can be ranked.
_RANKING = {size.name: size.images for size in PRESETS}["explore"]


@dataclass(frozen=True, slots=True)
class Smaller:
    """A smaller choice, as a sentence and as an address."""

    text: str
    address: str


def smaller(
    choice: "Choice", asked: "Study", desk: "Desk", default: "Choice", missing: int
) -> Smaller | None:
    """Return a smaller choice than a big one, None where there is none to speak of.

    Args:
        choice: what is chosen.
        asked: its study.
        desk: store, models and runs.
        default: the choice that the view opens with.
        missing: the number of images that are still to be generated.
    """
    if missing < _BIG:
        return None
    images = _RANKING if len(asked.professions) > 1 else plan(POINTS).needed
    less = replace(choice, adjectives=(NONE,), images=images)
    try:
        made = desk.study(less)
    except ExplorerError:
        return None
    if made.size > _MOST * asked.size:
        return None
    work = [(card, lacking(made, desk.store, card)) for card in made.models]
    text = _pattern(asked).format(
        images=grouped(made.size),
        each=images,
        time=time_text(desk.pace.estimate(work).seconds),
        points=POINTS,
    )
    return Smaller(text, VIEWS[default] + address(less))


def _pattern(asked: "Study") -> str:
    several, worded = len(asked.professions) > 1, asked.adjectives != (None,)
    if several and worded:
        return _("Without adjectives: {images} images, {time}, enough to rank professions.")
    if several:
        return _(
            "With {each} images of each profession: {images} images, {time}, enough to rank "
            "professions."
        )
    if worded:
        return _(
            "Without adjectives: {images} images, {time}, enough to tell two models {points} "
            "points apart."
        )
    return _(
        "With {each} images of each model: {images} images, {time}, enough to tell two models "
        "{points} points apart."
    )
