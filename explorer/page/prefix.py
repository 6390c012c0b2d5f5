"""Serve under a path, behind a proxy.

A proxy that publishes the page at `/bias/` asks for `/bias/compare`, or strips the prefix and asks
for `/compare`. The mounts of Starlette find their files only in paths with the prefix.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Middleware that puts the prefix back where a proxy has stripped it."""

    def __init__(self, app: "ASGIApp") -> None:
        """Remember the app that answers."""
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        # Gradio also takes the whole public address for a prefix.
        if prefix := urlsplit(scope.get("root_path", "")).path:
            path = scope["path"]
            whole = path == prefix or path.startswith(f"{prefix}/")
            scope = {**scope, "root_path": prefix, "path": path if whole else prefix + path}
        await self._app(scope, receive, send)
