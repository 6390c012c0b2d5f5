"""The backends that generate images, with the settings of each.

A model's settings are of one of these types. A type has only the settings of its backend, so others
can be neither stored nor compared by mistake.
"""

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from explorer.errors import InvalidData
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Diffusers:
    """A pipeline of the diffusers library, run on this machine.

    `scheduler` is "default" for the model's own. `dtype` is "float32", "float16" or "bfloat16".
    """

    backend: ClassVar[str] = "diffusers"

    scheduler: str
    steps: int
    guidance: float
    width_px: int
    height_px: int
    dtype: str


@dataclass(frozen=True, slots=True)
class Hosted:
    """A service that generates images of one size.

    `quality` is None for its own default. `address` is None for the usual address of the service;
    another address is another service. With `seeded`, the service is sent the seed of each image;
    without, its images have no seeds.
    """

    backend: ClassVar[str] = "hosted"

    width_px: int
    height_px: int
    quality: str | None = None
    address: str | None = None
    seeded: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """Existing images from any source, with unknown settings."""

    backend: ClassVar[str] = "imported"


Settings = Diffusers | Hosted | Imported

_BACKENDS: dict[str, type[Settings]] = {one.backend: one for one in (Diffusers, Hosted, Imported)}


def settings_fields(settings: Settings) -> dict[str, Any]:
    """Return the backend and the settings that differ from their defaults, by name.

    A setting that is added later gets a default, so this result, and with it the keys of stored
    images, does not change.
    """
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    changed = {each.name for each in fields(settings) if values[each.name] != each.default}
    return {
        "backend": settings.backend,
        **{name: value for name, value in values.items() if name in changed},
    }


def read_settings(values: "Mapping[str, Any]") -> Settings:
    """Return the settings from a result of `settings_fields`.

    Raises:
        InvalidData: there is no such backend, or its settings are others.
    """
    given = dict(values)
    backend = given.pop("backend", None)
    kind = _BACKENDS.get(str(backend))
    if kind is None:
        raise InvalidData(
            _("The backend is {backend!r}. Known: {known}.").format(
                backend=backend, known=", ".join(map(repr, _BACKENDS))
            )
        )
    known = {each.name: each.default is MISSING for each in fields(kind)}
    unknown = sorted(given.keys() - known.keys())
    missing = sorted(name for name, needed in known.items() if needed and name not in given)
    if unknown or missing:
        what = f"has no setting {unknown[0]!r}" if unknown else f"needs the setting {missing[0]!r}"
        raise InvalidData(
            _("The backend {backend!r} {what}. It has {settings}.").format(
                backend=backend, what=what, settings=", ".join(known) or "none"
            )
        )
    return kind(**given)
