"""The names of models that services generate with: "openai:MODEL" and "hf:PROVIDER/OWNER/NAME".

"openai" is any address that speaks OpenAI's protocol, OPENAI_BASE_URL or OpenAI's own. "hf" is an
inference provider of the Hugging Face hub.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer import settings as machine
from explorer.models.backends import Hosted
from explorer.models.requests import ModelSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENAI, HUB = "openai", "hf"
# Services do not tell which version of a model they generate with.
UNVERSIONED = "unversioned"
_USUAL_PX = 1024
_OPENAI_NAME = re.compile(r"openai:(?P<model>[\w./-]+?)(?:@(?P<address>https?://\S+))?", re.ASCII)
_HUB_NAME = re.compile(r"hf:(?P<provider>[a-z0-9-]+)/(?P<model>[\w.-]+/[\w.-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service and what it calls the model; `provider` is that of the hub.

    `address` is None for the usual address of the service.
    """

    service: str
    model: str
    provider: str | None = None
    address: str | None = None

    @property
    def repo(self) -> str:
        """The text form without the address."""
        return f"{self.service}:{'/'.join(filter(None, (self.provider, self.model)))}"

    def __str__(self) -> str:
        """Return the text form."""
        return f"{self.repo}@{self.address}" if self.address else self.repo


def service_name(text: str) -> ServiceName | None:
    """Return the service and the model that a name stands for, None for any other text.

    A name of OpenAI's protocol without an address stands for the address of this machine's
    environment.
    """
    if found := _OPENAI_NAME.fullmatch(text):
        address = found["address"] or machine.openai_address()
        return ServiceName(OPENAI, found["model"], address=_unusual(address))
    if found := _HUB_NAME.fullmatch(text):
        return ServiceName(HUB, found["model"], found["provider"])
    return None


def service_spec(name: ServiceName, listed: "Mapping[str, object] | None" = None) -> ModelSpec:
    """Return the model of a service, with the size and quality that the catalog lists for it."""
    known = listed or {}
    size, quality = known.get("size_px", _USUAL_PX), known.get("quality")
    settings = Hosted(
        width_px=int(str(size)),
        height_px=int(str(size)),
        quality=None if quality is None else str(quality),
        address=name.address,
        # OpenAI's protocol has no seeds. Without them, providers may answer the same prompt with
        # the same image again.
        seeded=name.service == HUB,
    )
    return ModelSpec(str(name), name.repo, UNVERSIONED, settings)


def read_service(spec: ModelSpec) -> ServiceName:
    """Return the service and the model of a spec made by `service_spec`."""
    found = service_name(spec.repo)
    address = getattr(spec.settings, "address", None)
    assert found is not None, "the repo of a service is its name"  # noqa: S101
    return replace(found, address=address)


def _unusual(address: str) -> str | None:
    trimmed = address.rstrip("/")
    return None if trimmed == machine.OPENAI_ADDRESS else trimmed
