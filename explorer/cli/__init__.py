"""The command line."""

from explorer.cli import instruments, labels, questions
from explorer.cli.commands import app

__all__ = ["app", "instruments", "labels", "questions"]
