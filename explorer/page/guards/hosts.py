"""Answer only those who ask this page for itself.

A page that is open in a browser can be asked by every other website that its visitor opens: by
forms and scripts of another origin, or under another name that leads to this machine (DNS
rebinding). Browsers say by which name they ask and which website makes them ask; programs do not,
and do not come from other websites.
"""

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from explorer.page.guards.paths import API, path_of
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

    from explorer.settings import Address

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared, never bound
_READING = {"GET", "HEAD"}
_OWN = {"same-origin", "none"}


class Hosts:
    """Middleware that refuses foreign names, and what foreign websites ask.

    They may link to what is only shown, and show the images; no answer lets them read it.
    """

    def __init__(self, app: "ASGIApp", address: "Address") -> None:
        """Remember the app, and the names of the address where it is served."""
        self._app = app
        self._names = names_of(address)
        self._any_number = address.host in _EVERYWHERE

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        answer = self._app
        if scope["type"] == "http" and (refusal := self._refusal(Request(scope))):
            answer = PlainTextResponse(refusal, 403)
        await answer(scope, receive, send)

    def _refusal(self, request: Request) -> str:
        host = request.headers.get("host", "")
        if not self._is_own(host):
            return _(
                "This page is not served under the name {host!r:.80}. Whoever runs it can allow "
                "the name with EXPLORER_HOSTS."
            ).format(host=host)
        reads = request.method in _READING and not path_of(request.scope).startswith(API)
        if not reads and self._is_foreign(request):
            return _("Another website asked for this. Open the page itself.")
        return ""

    def _is_own(self, host: str) -> bool:
        name = _name(host)
        return (
            name in self._names
            or any(name.endswith(own) for own in self._names if own.startswith("."))
            or (self._any_number and _is_number(name))
        )

    def _is_foreign(self, request: Request) -> bool:
        """Return whether a browser says that another website makes it ask."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site not in _OWN
        origin = request.headers.get("origin")
        # A proxy may ask under a name of its own; no website can make a browser send its header.
        hosts = (request.headers.get(name) for name in ("host", "x-forwarded-host"))
        return origin is not None and urlsplit(origin).netloc not in hosts


def names_of(address: "Address") -> "Collection[str]":
    """Return the names by which a page may be asked for; one with a dot ends others."""
    public = urlsplit(address.root_path).hostname or ""
    own = socket.gethostname().lower()
    of_machine = {own, f"{own}.local"} if address.host in _EVERYWHERE else set()
    hosts = (host.lower() for host in (address.host, public, *address.hosts))
    return frozenset(filter(None, {*_LOOPBACK, *hosts, *of_machine}))


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_number(name: str) -> bool:
    # No name leads to a number: whoever asks by number has been told it.
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
