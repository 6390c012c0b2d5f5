"""Stored images with their perceptions, for tables and grids."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.models.requests import ImageRequest
    from explorer.perception.axes import Perception


@dataclass(frozen=True, slots=True)
class Observation:
    """One stored image with its perceptions by axis name.

    `filtered` is the reason for filtering it, None for an unfiltered image. An axis without an
    entry in `perceptions` is not classified yet. `revised` is the prompt that a service used in
    place of the one in the request.
    """

    request: "ImageRequest"
    filtered: str | None
    perceptions: "Mapping[str, Perception]"
    revised: str | None = None
