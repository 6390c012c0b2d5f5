"""The services that generate images: OpenAI's protocol, and providers of the Hugging Face hub.

Both clients work with httpx2, so both fail with its errors, or with BrokenAnswer.
"""

import base64
import io
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

from explorer import settings as machine
from explorer.errors import InvalidData, ModelAccessDenied
from explorer.models.backends import Hosted
from explorer.models.services import HUB, OPENAI, read_service
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from explorer.models.requests import ModelSpec
    from explorer.models.services import ServiceName

KEYS = {OPENAI: "OPENAI_API_KEY", HUB: "HF_TOKEN"}
# An image in high quality takes a minute or two.
SECONDS = 300.0
_CONNECTING_SECONDS = 10.0


class BrokenAnswer(Exception):
    """A service answered with something else than an image."""


class NoImage(Exception):
    """A service answered that it shows no image; the reason is the message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An image as a service sent it; `revised` is the prompt that it says it used."""

    image: "Image"
    revised: str | None = None


class Service(Protocol):
    """Generates one image at a time with one model."""

    host: str
    client_library: str

    def ask(self, prompt: str, seed: int | None) -> Answer:
        """Return the image of a prompt."""
        ...


def service_of(spec: "ModelSpec") -> Service:
    """Return the service of a model, with the key from the environment.

    Raises:
        ModelAccessDenied: there is no key, or it belongs to another address.
    """
    name = read_service(spec)
    key = machine.secret(KEYS[name.service])
    if key is None:
        raise ModelAccessDenied(
            _(
                "{name!r} needs a key: set the environment variable {keys} to yours. "
                "It is sent to that service only, and neither stored nor shown."
            ).format(name=spec.name, keys=KEYS[name.service])
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelAccessDenied(
            _(
                "{keys} contains characters that no key has, such as a blank or a line "
                "break. Copy your key once more."
            ).format(keys=KEYS[name.service])
        )
    if name.service == HUB:
        return HubProvider(name, spec, key)
    return OpenAI(name, spec, key)


class OpenAI:
    """An address that speaks OpenAI's protocol, POST /images/generations."""

    def __init__(self, name: "ServiceName", spec: "ModelSpec", key: str) -> None:
        """Keep the model and the key; connect to nothing.

        Raises:
            ModelAccessDenied: the key belongs to another address.
            InvalidData: OPENAI_BASE_URL is no address.
        """
        import httpx2

        usual = machine.openai_address().rstrip("/")
        if not usual.startswith(("http://", "https://")):
            raise InvalidData(
                _(
                    "OPENAI_BASE_URL is {usual!r}. Set it to an address such as "
                    "{openai_address!r}, or unset it."
                ).format(usual=usual, openai_address=machine.OPENAI_ADDRESS)
            )
        address = name.address or machine.OPENAI_ADDRESS
        # Whoever writes a name must not be able to have somebody else's key sent anywhere.
        if address != usual:
            raise ModelAccessDenied(
                _(
                    "{name!r} is at {address!r}, and {keys} is the key for {usual!r}. Set "
                    "OPENAI_BASE_URL to that address, and the key to one for it."
                ).format(name=spec.name, address=address, keys=KEYS[OPENAI], usual=usual)
            )
        self.host = httpx2.URL(address).host
        self.client_library = f"httpx2 {version('httpx2')}"
        self._model = name.model
        self._spec = spec
        self._client = httpx2.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx2.Timeout(SECONDS, connect=_CONNECTING_SECONDS),
        )

    def ask(self, prompt: str, seed: int | None) -> Answer:
        """Return the image of a prompt; the protocol knows no seeds.

        Raises:
            HTTPError: the service cannot be reached, or refuses.
            NoImage: the answer has no image.
            BrokenAnswer: the answer cannot be read.
        """
        del seed
        answer = self._client.post("/images/generations", json=self._body(prompt))
        answer.raise_for_status()
        with _readable():
            found = answer.json()["data"]
            if not found:
                raise NoImage("no image in the answer")
            first = found[0]
            return Answer(_opened(_bytes(first)), _other(first.get("revised_prompt"), prompt))

    def _body(self, prompt: str) -> dict[str, object]:
        width_px, height_px = self._spec.size_px or (None, None)
        body = {
            "model": self._model,
            "prompt": prompt,
            "n": 1,
            "size": f"{width_px}x{height_px}",
            "quality": getattr(self._spec.settings, "quality", None),
        }
        return {key: value for key, value in body.items() if value is not None}


class HubProvider:
    """An inference provider, through the client of the Hugging Face hub."""

    def __init__(self, name: "ServiceName", spec: "ModelSpec", token: str) -> None:
        """Keep the model and the token; connect to nothing."""
        from huggingface_hub import InferenceClient

        provider: Any = name.provider
        self.host = f"router.huggingface.co, {provider}"
        self.client_library = f"huggingface_hub {version('huggingface_hub')}"
        self._model = name.model
        self._spec = spec
        self._client = InferenceClient(provider=provider, api_key=token, timeout=SECONDS)

    def ask(self, prompt: str, seed: int | None) -> Answer:
        """Return the image of a prompt and a seed.

        Raises:
            HTTPError: the service cannot be reached, or refuses.
            ValueError: the provider does not have the model.
            BrokenAnswer: the answer cannot be read.
        """
        width_px, height_px = self._spec.size_px or (None, None)
        settings = self._spec.settings
        quality = settings.quality if isinstance(settings, Hosted) else None
        with _readable():
            found = self._client.text_to_image(
                prompt,
                model=self._model,
                seed=seed,
                width=width_px,
                height=height_px,
                extra_body={"quality": quality} if quality else None,
            )
            return Answer(_loaded(found))


@contextmanager
def _readable() -> "Iterator[None]":
    """Turn what the reading of an answer raises into a BrokenAnswer."""
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except (
        *(KeyError, IndexError, TypeError, AttributeError),
        *(UnicodeDecodeError, UnidentifiedImageError, Image.DecompressionBombError),
    ) as error:
        raise BrokenAnswer(type(error).__name__) from error
    except ValueError as error:
        # JSON and base64 that break off; other values are the client's own words.
        if type(error) is ValueError:
            raise
        raise BrokenAnswer(type(error).__name__) from error


def _bytes(found: "dict[str, Any]") -> bytes:
    """Return the encoded image, which the answer holds or tells the address of."""
    import httpx2

    if found.get("b64_json"):
        return base64.b64decode(found["b64_json"], validate=True)
    try:
        # Not the client that sends the key: the image may be at any address.
        answer = httpx2.get(found["url"], timeout=SECONDS, follow_redirects=True)
        answer.raise_for_status()
    except httpx2.HTTPError as error:
        # The image is generated and paid for, so this is no answer of the service.
        raise BrokenAnswer("its image cannot be fetched") from error
    return answer.content


def _opened(data: bytes) -> "Image":
    from PIL import Image

    return _loaded(Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")))


def _loaded(image: "Image") -> "Image":
    try:
        image.load()
    except (OSError, SyntaxError) as error:
        raise BrokenAnswer(str(error)) from error
    return image


def _other(revised: object, prompt: str) -> str | None:
    """Return a revised prompt, None if it is the prompt itself."""
    return revised if isinstance(revised, str) and revised.strip() not in {"", prompt} else None
