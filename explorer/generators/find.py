"""Find the generator of a model by the backend of its settings."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.errors import ModelError
from explorer.generators.budget import Budget
from explorer.models.backends import Diffusers, Hosted
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.generators.diffusion import DiffusionGenerator
    from explorer.generators.hosted import HostedGenerator
    from explorer.generators.zero_gpu import LentGenerator
    from explorer.models.requests import ModelSpec
    from explorer.settings import Settings

    Generator = DiffusionGenerator | HostedGenerator | LentGenerator


def generators(
    settings: "Settings", budget: Budget | None = None
) -> "Callable[[ModelSpec], Generator]":
    """Return a function that returns the generator of a model.

    A generator loads its model at the first image. Two stay in memory, so that two models can take
    turns, unless half of it is no longer free when another is about to load.

    Args:
        settings: the device, and what services may cost.
        budget: counts what services cost; None for a new one with the limit of the settings.
    """
    here = _lent(settings) if settings.zero_gpu else _own(settings)
    spending = budget or Budget(settings.max_cost_usd)
    services: dict[ModelSpec, HostedGenerator] = {}

    def find(spec: "ModelSpec") -> "Generator":
        if not isinstance(spec.settings, Hosted):
            return here(spec)
        if spec not in services:
            from explorer.generators.hosted import HostedGenerator

            services[spec] = HostedGenerator(spec, settings, spending)
        return services[spec]

    return find


def _own(settings: "Settings") -> "Callable[[ModelSpec], DiffusionGenerator]":
    kept: dict[ModelSpec, DiffusionGenerator] = {}

    def find(spec: "ModelSpec") -> "DiffusionGenerator":
        own = kept.pop(spec, None) or _made(spec, settings)
        while len(kept) > 1 or (kept and not own.is_loaded and not half_free(settings.device)):
            del kept[next(iter(kept))]
        kept[spec] = own
        return own

    return find


def _made(spec: "ModelSpec", settings: "Settings") -> "DiffusionGenerator":
    if isinstance(spec.settings, Diffusers):
        from explorer.generators.diffusion import DiffusionGenerator

        return DiffusionGenerator(spec, settings)
    raise ModelError(
        _(
            "Images of {name!r} come from the backend {backend!r}, which this "
            "version cannot generate with. Its stored images can be looked at and "
            "counted."
        ).format(name=spec.name, backend=spec.settings.backend)
    )


def half_free(device: str) -> bool:
    """Return whether half of the memory that models are loaded into is free."""
    if device == "cuda":
        import torch

        # What it keeps for the next images would count as used.
        torch.cuda.empty_cache()
        free, total = torch.cuda.mem_get_info()
    else:
        import psutil

        memory = psutil.virtual_memory()
        free, total = memory.available, memory.total
    return bool(free >= total / 2)


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
