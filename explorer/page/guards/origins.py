"""Keep Gradio from letting other websites read what it answers."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gradio.route_utils import CustomCORSMiddleware

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette


@asynccontextmanager
async def without_cors(app: "Starlette") -> "AsyncIterator[None]":
    """Take Gradio's CORS away while an app starts; it allows every website unless at localhost.

    Gradio puts it in front of all middleware that it is given, and has no switch for it.
    """
    cors: object = CustomCORSMiddleware
    app.user_middleware = [one for one in app.user_middleware if one.cls is not cors]
    app.middleware_stack = app.build_middleware_stack()
    yield
