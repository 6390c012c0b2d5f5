"""The command line."""

from explorer.cli import questions
from explorer.cli.commands import app

__all__ = ["app", "questions"]
