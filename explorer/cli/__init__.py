"""The command line."""

from explorer.cli import (
    annotate,
    counting,
    generating,
    instruments,
    machine,
    questions,
    verifying,
)
from explorer.cli.app import annotate_commands, app, arrange, run

__all__ = [
    "annotate",
    "app",
    "counting",
    "generating",
    "instruments",
    "machine",
    "questions",
    "run",
    "verifying",
]

arrange(
    app,
    *("models", "generate", "tally", "images", "compare", "gap", "adjectives", "plan"),
    *("annotate", "error-rates", "agreement", "sensitivity", "reference", "verify", "doctor"),
)
arrange(annotate_commands, "sample", "import", "export", "report")
