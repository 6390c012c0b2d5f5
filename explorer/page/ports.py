"""Say what keeps the page from being opened at an address."""

import errno
import socket
from typing import TYPE_CHECKING

from explorer.errors import ServeError
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.settings import Address


def require_free(address: "Address") -> None:
    """Refuse an address where nothing can listen.

    Raises:
        ServeError: the message says why.
    """
    try:
        # Given the port as well, this would take 70000 for 4464.
        *kind, _name, place = socket.getaddrinfo(address.host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(*kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((place[0], address.port or 0, *place[2:]))
    except (OSError, OverflowError, ValueError) as refusal:
        raise refused(address, _reason(refusal)) from refusal


def refused(address: "Address", reason: str) -> ServeError:
    """Return the error to raise when the page cannot be opened, for a reason with its remedy."""
    if address.port is None:
        pattern = _("The page cannot be opened at {host!r}: {reason}")
    else:
        pattern = _("The page cannot be opened at {host!r} on port {port!r}: {reason}")
    return ServeError(pattern.format(host=address.host, port=address.port, reason=reason))


def _reason(refusal: Exception) -> str:
    number = getattr(refusal, "errno", None)
    if isinstance(refusal, OverflowError):
        return _("ports go from 1 to 65535. Choose another port with --port.")
    if number == errno.EADDRINUSE:
        return _("another program uses that port. Close it, or choose another port with --port.")
    if number == errno.EACCES:
        return _("you may not use that port. Choose one above 1023 with --port.")
    if number == errno.EADDRNOTAVAIL or isinstance(refusal, (socket.gaierror, ValueError)):
        return _(
            "this machine has no such address. Choose another with --host: '127.0.0.1' is for this "
            "machine only, '0.0.0.0' for its networks too."
        )
    return _("{error}. Choose another address with --host or --port.").format(error=refusal)
