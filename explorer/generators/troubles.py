"""What a service's failure means: a refusal of the prompt, something that passes, or an end."""

import email.utils
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx2

from explorer.errors import (
    ModelAccessDenied,
    ModelBroken,
    ModelError,
    ModelNotFound,
    ModelUnreachable,
)
from explorer.failures import first_line
from explorer.generators.services import KEYS, BrokenAnswer, NoImage

if TYPE_CHECKING:
    from explorer.models.services import ServiceName

# The longest time to wait because a service asks for it.
PATIENCE_SECONDS = 600.0
_PASSING = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_REFUSING = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
}
# Parts of the codes of a refusal: OpenAI's moderation_blocked and content_policy_violation, Azure's
# content_filter and ResponsibleAIPolicyViolation, Together's nsfw_content.
_CODES = ("moderation", "content_policy", "content_filter", "responsibleai", "nsfw")
# Where a service gives no such code, its message has one of these. Of 403, only a code will do: it
# is also what an account that may not use a model gets.
_MESSAGES = ("safety system", "content policy", "nsfw")
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "billing_limit")


def refusal(error: BaseException) -> str | None:
    """Return the reason why a service refuses a prompt, None if that is not what happened."""
    if isinstance(error, NoImage):
        return f"refused: {error}"
    response = _response(error)
    if response is None or response.status_code not in _REFUSING:
        return None
    code, message = _told(response)
    coded = any(part in code.casefold() for part in _CODES)
    told = any(part in message.casefold() for part in _MESSAGES)
    if not coded and (not told or response.status_code == HTTPStatus.FORBIDDEN):
        return None
    # What follows the first sentence is the number of the request, which makes each text another.
    return f"refused ({code or response.status_code}): {message.partition('. ')[0]:.160}".rstrip(
        ". "
    )


def passes(error: BaseException) -> bool:
    """Return whether the same request may succeed later."""
    response = _response(error)
    if response is None:
        kinds = (httpx2.TransportError, TimeoutError, BrokenAnswer)
        return isinstance(error, kinds) and not isinstance(error, httpx2.UnsupportedProtocol)
    if _told(response)[0] in _NO_CREDIT or (asked_to_wait(error) or 0) > PATIENCE_SECONDS:
        return False
    return (
        response.status_code in _PASSING or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def may_be_charged(error: BaseException) -> bool:
    """Return whether the service may have generated an image all the same."""
    never = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol)
    late = (httpx2.TransportError, TimeoutError, BrokenAnswer)
    return _response(error) is None and isinstance(error, late) and not isinstance(error, never)


def asked_to_wait(error: BaseException) -> float | None:
    """Return the seconds that a service asks to wait, None if it does not say."""
    response = _response(error)
    told = response.headers.get("retry-after", "") if response is not None else ""
    if not told:
        return None
    try:
        return max(0.0, float(told))
    except ValueError:
        date = email.utils.parsedate_tz(told)
    return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None


def lasting(name: str, service: "ServiceName", host: str, error: BaseException) -> ModelError:
    """Return the error to raise when a service cannot generate.

    Args:
        name: the model's name in messages.
        service: the service and the model.
        host: the service in messages.
        error: what its client raised last.
    """
    response = _response(error)
    if response is None:
        return _unanswered(name, host, error)
    status, (code, message) = response.status_code, _told(response)
    if denied := _denied(name, KEYS[service.service], host, response):
        return denied
    if status == HTTPStatus.NOT_FOUND:
        return ModelNotFound(
            f"The service at {host} has no model {service.model!r}: it is mistyped or withdrawn. "
            "`models` lists some that it had."
        )
    if passes(error) or status == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelUnreachable(_busy(name, host, status, asked_to_wait(error)))
    return ModelBroken(
        f"The service at {host} refuses to generate with {name!r} (error {status}): "
        f"{message or code or 'no reason given.'} Try another size or quality, or another model."
    )


def _denied(
    name: str, key: str, host: str, response: "httpx2.Response"
) -> ModelAccessDenied | None:
    """Return the error of a key or an account, None if these are not the reason."""
    status, (code, message) = response.status_code, _told(response)
    # The message of this error repeats part of the key.
    if status == HTTPStatus.UNAUTHORIZED:
        return ModelAccessDenied(
            f"The service at {host} does not accept the key in {key}, which is mistyped, expired "
            "or revoked. Set it to a valid key."
        )
    if status == HTTPStatus.PAYMENT_REQUIRED or code in _NO_CREDIT:
        return ModelAccessDenied(
            f"Your account at {host} has no credit left for {name!r}. Add some, or raise its "
            "limit. All images are kept, and the same command continues."
        )
    if status == HTTPStatus.FORBIDDEN:
        return ModelAccessDenied(
            f"The service at {host} does not let the key in {key} use {name!r}: {message or code} "
            "Look at your account there, or choose another model."
        )
    return None


def _busy(name: str, host: str, status: int, seconds: float | None) -> str:
    trouble = (
        "allows no more requests now"
        if status == HTTPStatus.TOO_MANY_REQUESTS
        else f"fails (error {status})"
    )
    wait = f"in {seconds / 60:.0f} minutes" if seconds and seconds > PATIENCE_SECONDS else "later"
    return (
        f"The service at {host} {trouble}. All images of {name!r} are kept: give the same command "
        f"again {wait}, and it continues. EXPLORER_AT_ONCE=1 sends one request at a time."
    )


def _unanswered(name: str, host: str, error: BaseException) -> ModelError:
    if isinstance(error, BrokenAnswer):
        return ModelBroken(
            f"The service at {host} answers for {name!r} with something that is no image "
            f"({error}). Check that it speaks this protocol, and try again later."
        )
    if passes(error) or isinstance(error, OSError):
        slow = isinstance(error, (TimeoutError, httpx2.TimeoutException))
        trouble = "does not answer in time" if slow else "cannot be reached"
        return ModelUnreachable(
            f"The service at {host} {trouble}: {first_line(error)} All images of {name!r} are "
            "kept. Check the connection and the address, and give the same command again."
        )
    return ModelBroken(
        f"The service at {host} cannot generate with {name!r}: {first_line(error)} Check the name "
        "of the provider and of the model."
    )


def _response(error: BaseException) -> "httpx2.Response | None":
    found: Any = getattr(error, "response", None)
    return found if isinstance(found, httpx2.Response) else None


def _told(response: "httpx2.Response") -> tuple[str, str]:
    """Return the code and the message of an error, as far as the service gives them."""
    try:
        body: Any = response.json()
    except (ValueError, httpx2.ResponseNotRead):
        return "", response.reason_phrase
    found = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(found, dict) and isinstance(found.get("detail"), list) and found["detail"]:
        found = found["detail"][0]
    if not isinstance(found, dict):
        return "", _sentence(found)
    code = found.get("code") or found.get("type") or ""
    return str(code), _sentence(found.get("message") or found.get("msg") or found.get("detail"))


def _sentence(told: object) -> str:
    text = " ".join(str(told or "").split())[:300]
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
