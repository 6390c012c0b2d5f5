"""Who generates a model's images, and the settings that each of them has.

A model's settings are one of these types. A setting that a backend does not have is not there, so
it can be neither stored nor compared by mistake.
"""

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from explorer.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Diffusers:
    """A pipeline of the diffusers library, run on this machine.

    `scheduler` is "default" for the one that the model ships with. `dtype` is "float32", "float16"
    or "bfloat16".
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
    """A service that generates images of one size; `quality` is None for its own default."""

    backend: ClassVar[str] = "hosted"

    width_px: int
    height_px: int
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """Images that exist already, whoever generated them; nothing is known of any setting."""

    backend: ClassVar[str] = "imported"


Settings = Diffusers | Hosted | Imported

_BACKENDS: dict[str, type[Settings]] = {one.backend: one for one in (Diffusers, Hosted, Imported)}


def told(settings: Settings) -> dict[str, Any]:
    """Return the settings that are not at their defaults, by name, and the backend.

    A setting that is added later has a default, so what was told before it existed is still told
    alike: keys of stored images never change.
    """
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    changed = {each.name for each in fields(settings) if values[each.name] != each.default}
    return {
        "backend": settings.backend,
        **{name: value for name, value in values.items() if name in changed},
    }


def read_settings(values: "Mapping[str, Any]") -> Settings:
    """Return the settings that `told` gave.

    Raises:
        InvalidData: there is no such backend, or it does not have just these settings.
    """
    given = dict(values)
    backend = given.pop("backend", None)
    kind = _BACKENDS.get(str(backend))
    if kind is None:
        raise InvalidData(f"The backend is {backend!r}. Known: {', '.join(map(repr, _BACKENDS))}.")
    known = {each.name: each.default is MISSING for each in fields(kind)}
    unknown = sorted(given.keys() - known.keys())
    missing = sorted(name for name, needed in known.items() if needed and name not in given)
    if unknown or missing:
        what = f"has no setting {unknown[0]!r}" if unknown else f"needs the setting {missing[0]!r}"
        raise InvalidData(f"The backend {backend!r} {what}. It has {', '.join(known) or 'none'}.")
    return kind(**given)
