"""The command line."""

from explorer.cli import annotate, instruments, questions
from explorer.cli.commands import app

__all__ = ["annotate", "app", "instruments", "questions"]
