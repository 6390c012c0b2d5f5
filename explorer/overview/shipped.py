"""The overviews that ship with the tool: those of the bundled models, with nine images each.

`make overview` writes them anew.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.reference.design import BUNDLED

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from explorer.overview.results import Overview

FOLDER = Path(__file__).parent
STRIPS = FOLDER / "strips"
# The images of a strip, side by side, each a square of so many pixels.
IMAGES, SIDE_PX = 9, 64


@cache
def shipped() -> "dict[str, Overview]":
    """Return the shipped overviews by the name of their model."""
    return {name: adapter().validate_json(_path(name).read_bytes()) for name in BUNDLED}


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
