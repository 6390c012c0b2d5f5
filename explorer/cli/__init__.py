"""The command line."""

from explorer.cli.commands import app

__all__ = ["app"]
