"""Find the generator of a model by the backend of its settings."""

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import ModelError
from explorer.models.backends import Diffusers

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.generators.diffusion import DiffusionGenerator
    from explorer.generators.zero_gpu import LentGenerator
    from explorer.models.requests import ModelSpec
    from explorer.settings import Settings


def generators(settings: "Settings") -> "Callable[[ModelSpec], DiffusionGenerator | LentGenerator]":
    """Return a function that returns the generator of a model.

    A generator loads its model at the first image. Only one stays in memory between runs, because
    two large models may not fit.
    """
    return _lent(settings) if settings.zero_gpu else _own(settings)


def _own(settings: "Settings") -> "Callable[[ModelSpec], DiffusionGenerator]":
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


def _lent(settings: "Settings") -> "Callable[[ModelSpec], DiffusionGenerator | LentGenerator]":
    from explorer.generators.zero_gpu import LentGenerator, borrow

    on_gpu = borrow()
    own = _own(replace(settings, device=settings.own_device))

    def find(spec: "ModelSpec") -> "DiffusionGenerator | LentGenerator":
        # The bundled models are fast without a GPU, so they do not use up a visitor's quota.
        bundled = "/" not in spec.repo
        if bundled or not isinstance(spec.settings, Diffusers):
            return own(spec)
        return LentGenerator(spec, settings, on_gpu)

    return find
