"""Find who generates for a model."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.generators.diffusion import DiffusionGenerator
    from explorer.models.requests import ModelSpec
    from explorer.settings import Settings


def generators(settings: "Settings") -> "Callable[[ModelSpec], DiffusionGenerator]":
    """Return what gives the generator of a model; it loads at the first image.

    One stays in memory between drawings: two large models may not fit.
    """

    @lru_cache(maxsize=1)
    def find(spec: "ModelSpec") -> "DiffusionGenerator":
        from explorer.generators.diffusion import DiffusionGenerator

        return DiffusionGenerator(spec, settings)

    return find
