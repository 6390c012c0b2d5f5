"""The command line."""

from explorer.cli import instruments, questions
from explorer.cli.commands import app

__all__ = ["app", "instruments", "questions"]
