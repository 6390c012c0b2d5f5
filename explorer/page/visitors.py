"""The people at a public page: by their login if they have one, else by their address."""

import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr

    from explorer.settings import Settings

# Whoever has an IPv6 address usually has all of its network.
_IPV6_NETWORK = 64
# A page that has not taken so many messages is gone, or has never listened.
_UNREAD = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at the page; `name` is whom quotas and turns know, `login` None without one."""

    name: str = ""
    login: str | None = None


NOBODY = Visitor()


def visitor(request: "gr.Request", settings: "Settings") -> Visitor:
    """Return the person behind a request; at home, all without a login are one."""
    if login := _login(request):
        return Visitor(f"login {login}", login)
    return Visitor(_address(request, settings.rules.proxies)) if settings.is_public else NOBODY


def always() -> bool:
    """Return true, for those who are not asked whether they listen."""
    return True


def listens(request: "gr.Request") -> bool:
    """Return whether an open page still takes what it is sent, which otherwise piles up."""
    queue = request.request.app.get_blocks()._queue  # type: ignore[union-attr]  # noqa: SLF001
    unread = queue.pending_messages_per_session.get(request.session_hash)
    return unread is not None and unread.qsize() < _UNREAD


def _login(request: "gr.Request") -> str | None:
    """Return the name that a person has signed in with, here or on the Hub."""
    if request.username:
        return str(request.username)
    # Signed by Gradio, so nobody can make one up.
    session: dict[str, Any] = request.request.scope.get("session") or {} if request.request else {}
    found = session.get("oauth_info") or {}
    if found.get("expires_at", 0) < time.time():
        return None
    name = found.get("userinfo", {}).get("preferred_username")
    return str(name) if name else None


def _address(request: "gr.Request", proxies: int) -> str:
    """Return the client's address, as the last of the trusted proxies in front saw it."""
    said = ",".join(request.request.headers.getlist("x-forwarded-for")) if request.request else ""
    # What a client writes itself stands before that.
    hops = [hop.strip() for hop in said.split(",") if hop.strip()]
    if proxies and hops:
        return _network(hops[-min(proxies, len(hops))])
    return _network(request.client.host if request.client else "")


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address[:_IPV6_NETWORK]
    if found.version == 4:  # noqa: PLR2004 - of IPv4
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ip_network((found, _IPV6_NETWORK), strict=False))
