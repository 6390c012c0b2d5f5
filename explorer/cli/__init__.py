"""The command line."""

from explorer.cli import labels, questions
from explorer.cli.commands import app

__all__ = ["app", "labels", "questions"]
