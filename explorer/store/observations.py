"""A stored image with what was perceived in it, as tables and grids show it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.models.requests import ImageRequest
    from explorer.perception.axes import Perception


@dataclass(frozen=True, slots=True)
class Observation:
    """One stored image.

    `filtered` is the reason why there is no image to classify, None for all others. An axis without
    an entry in `perceptions` (by axis name) has not been classified yet.
    """

    request: "ImageRequest"
    filtered: str | None
    perceptions: "Mapping[str, Perception]"
