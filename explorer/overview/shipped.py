"""The overviews that ship with the tool: those of the bundled models, with nine images each.

`make overview` writes them anew.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.reference.design import BUNDLED
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from explorer.models.catalog import ModelCard
    from explorer.overview.results import Overview
    from explorer.store.index import Store

FOLDER = Path(__file__).parent
STRIPS = FOLDER / "strips"
# The images of a strip, side by side, each a square of so many pixels.
IMAGES, SIDE_PX = 9, 64


@cache
def shipped() -> "dict[str, Overview]":
    """Return the shipped overviews by the name of their model."""
    return {name: adapter().validate_json(_path(name).read_bytes()) for name in BUNDLED}


def overview_of(card: "ModelCard", store: "Store") -> "Overview":
    """Return the overview of a model: the shipped one, or that of its stored images.

    Raises:
        InvalidData: nothing is stored.
    """
    from explorer.overview.results import overview

    today = datetime.now(UTC).date()
    return shipped().get(card.spec.name) or overview(card, store, today, DEFAULT_YEAR)


def strip_name(profession: str) -> str:
    """Return the name of the file that holds the nine images of a profession."""
    return f"{profession.replace(' ', '-')}.webp"


@cache
def adapter() -> "TypeAdapter[Overview]":
    """Return the reader and writer of an overview as JSON."""
    from pydantic import TypeAdapter

    from explorer.overview.results import Overview

    return TypeAdapter(Overview)


def _path(name: str) -> Path:
    return FOLDER / f"{name}.json"
