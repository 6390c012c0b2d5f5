"""Generate with a service: several requests at a time, patiently, and within a budget."""

import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event, Lock
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError, InvalidData, ModelBroken
from explorer.generators.blank import image_of
from explorer.generators.troubles import asked_to_wait, lasting, may_be_charged, passes, refusal
from explorer.models.prices import price_of
from explorer.models.provenance import Provenance
from explorer.models.requests import Image
from explorer.models.services import read_service
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from tenacity import RetryCallState

    from explorer.generators.budget import Budget
    from explorer.generators.services import Answer, Service
    from explorer.models.requests import ImageRequest, ModelSpec
    from explorer.settings import Settings
    from explorer.words.prompts import Prompt

_ATTEMPTS = 8
# The first pause is random, up to this; each further one may be twice as long.
_FIRST_SECONDS, _LONGEST_SECONDS = 2.0, 60.0


class _Run:
    """The requests of one batch: whether they are over, and the failure that ended them."""

    def __init__(self) -> None:
        self.over = Event()
        self.failure: Exception | None = None

    def fail(self, error: Exception) -> None:
        """Send no further request, because of this error unless the run is over already."""
        if not self.over.is_set():
            self.failure = error
        self.over.set()

    def end(self, asked: "Sequence[Future[Image]]") -> None:
        """Send no further request, and let those that wait for their next try give up."""
        self.over.set()
        for one in asked:
            one.cancel()


class HostedGenerator:
    """Generates the images of one model of a service."""

    def __init__(self, spec: "ModelSpec", settings: "Settings", budget: "Budget") -> None:
        """Remember the model; the key is read when it is needed."""
        self._spec = spec
        self._settings = settings
        self._budget = budget
        self._service: Service | None = None
        self._lock = Lock()
        self._not_before = 0.0

    @property
    def provenance(self) -> Provenance:
        """The service and the library that asks it."""
        service = self._known()
        return Provenance(service.host, service.client_library)

    def load(self) -> None:
        """Read the key.

        Raises:
            ModelAccessDenied: there is none, or it belongs to another address.
        """
        self._known()

    def check(self, prompts: "Sequence[Prompt]") -> tuple[str, ...]:
        """Return no warnings: nobody knows how a service reads its prompts.

        Raises:
            ModelAccessDenied: there is no key, or it belongs to another address.
            InvalidData: the price is not known, or nobody has said how much may be spent.
        """
        del prompts
        self._known()
        self._budget.require(self._spec.name, self._price())
        return ()

    def generate(self, requests: "Sequence[ImageRequest]") -> "Iterator[Image]":
        """Yield one image per request, in order.

        If a request fails, those that were sent are still waited for, because they are paid for:
        their images come first, and then the error.

        Raises:
            ModelError: the service cannot generate; the message says what to do.
            CostLimitReached: the next image would exceed the limit.
        """
        run = _Run()
        with ThreadPoolExecutor(self._settings.at_once) as pool:
            asked = [pool.submit(self._image, request, run) for request in requests]
            yield from _collected(asked, run)

    def _image(self, request: "ImageRequest", run: "_Run") -> Image:
        """Return the image of a request, or the reason why the service shows none."""
        if run.over.is_set():
            raise CancelledError
        try:
            return self._accepted(request, self._patiently(request, run.over))
        except CancelledError:
            raise
        except Exception as error:
            if reason := refusal(error):
                return Image(request, None, reason)
            run.fail(self._told(error))
            raise

    def _told(self, error: Exception) -> Exception:
        """Return the error to show; only those of a service's client are put into words."""
        if isinstance(error, ExplorerError):
            return error
        told = lasting(self._spec.name, read_service(self._spec), self._known().host, error)
        told.__cause__ = error
        return told

    def _patiently(self, request: "ImageRequest", over: Event) -> "Answer":
        """Return the answer; try again after a pause where a failure may pass."""
        from tenacity import (
            Retrying,
            retry_if_exception,
            sleep_using_event,
            stop_after_attempt,
            stop_when_event_set,
        )

        retrying = Retrying(
            retry=retry_if_exception(passes),
            wait=self._pause,
            stop=stop_after_attempt(_ATTEMPTS) | stop_when_event_set(over),
            sleep=sleep_using_event(over),
            reraise=True,
        )
        return retrying(self._once, request, over)

    def _once(self, request: "ImageRequest", over: Event) -> "Answer":
        # A pause that the end of the run cuts short is followed by no further request.
        if over.wait(max(0.0, self._not_before - time.monotonic())):
            raise CancelledError
        price = self._price()
        self._budget.spend(price)
        try:
            return self._known().ask(request.prompt.text, request.seed)
        except Exception as error:
            if not may_be_charged(error):
                self._budget.take_back(price)
            raise

    def _pause(self, state: "RetryCallState") -> float:
        """Return the seconds until the next try: as the service asks, or random and growing.

        A service that asks to wait means every request, not only the one that it answers.
        """
        from tenacity import wait_random_exponential

        error = state.outcome.exception() if state.outcome else None
        asked = None if error is None else asked_to_wait(error)
        if asked is None:
            return wait_random_exponential(_FIRST_SECONDS, _LONGEST_SECONDS)(state)
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + asked)
        return asked

    def _accepted(self, request: "ImageRequest", answer: "Answer") -> Image:
        """Return the image of an answer that has the size that was asked for."""
        if answer.image.size != self._spec.size_px:
            width_px, height_px = answer.image.size
            asked = " x ".join(map(str, self._spec.size_px or ()))
            raise ModelBroken(
                _(
                    "The service answers for {name!r} with images of {width_px} x "
                    "{height_px} pixels instead of {asked}. Ask for a size that it has, "
                    "with --size."
                ).format(name=self._spec.name, width_px=width_px, height_px=height_px, asked=asked)
            )
        return image_of(request, _pixels(answer), answer.revised)

    def _price(self) -> float:
        price = price_of(self._spec, self._settings.price_usd)
        if price is None:
            raise InvalidData(
                _(
                    "The price of an image of {name!r} is not listed. Look it up and give "
                    "it in US dollars with --price or EXPLORER_PRICE, 0 if there is none."
                ).format(name=self._spec.name)
            )
        return price.usd

    def _known(self) -> "Service":
        from explorer.generators.services import service_of

        with self._lock:
            if self._service is None:
                self._service = service_of(self._spec)
            return self._service


def _pixels(answer: "Answer") -> "np.ndarray":
    """Return the pixels of an answer, on white where it is transparent."""
    import numpy as np
    from PIL import Image as Encoded

    image = answer.image
    if image.has_transparency_data:
        own = image.convert("RGBA")
        image = Encoded.alpha_composite(Encoded.new("RGBA", own.size, "white"), own)
    return np.asarray(image.convert("RGB"))


def _collected(asked: "Sequence[Future[Image]]", run: _Run) -> "Iterator[Image]":
    place = 0
    try:
        for place, one in enumerate(asked):  # noqa: B007 - it is needed where this ends early
            yield one.result()
    except (Exception, KeyboardInterrupt) as error:
        run.end(asked)
        for one in asked[place:]:
            if not one.cancelled() and one.exception() is None:
                yield one.result()
        raise run.failure or error from error
    finally:
        run.end(asked)
