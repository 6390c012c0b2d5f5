"""Find who generates for a model, by the backend that its settings belong to."""

from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import ModelError
from explorer.models.backends import Diffusers

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.generators.diffusion import DiffusionGenerator
    from explorer.models.requests import ModelSpec
    from explorer.settings import Settings


def generators(settings: "Settings") -> "Callable[[ModelSpec], DiffusionGenerator]":
    """Return the function that gives the generator of a model; it loads at the first image.

    One stays in memory between runs: two large models may not fit.
    """

    @lru_cache(maxsize=1)
    def find(spec: "ModelSpec") -> "DiffusionGenerator":
        if isinstance(spec.settings, Diffusers):
            from explorer.generators.diffusion import DiffusionGenerator

            return DiffusionGenerator(spec, settings)
        raise ModelError(
            f"Images of {spec.name!r} come from the backend {spec.settings.backend!r}, which this "
            "version cannot generate with. Its stored images can be looked at and counted."
        )

    return find
