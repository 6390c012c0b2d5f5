"""The command line."""

from explorer.cli import annotate, author, counting, generating, instruments, questions
from explorer.cli.app import annotate_commands, app, arrange, run

__all__ = [
    "annotate",
    "app",
    "author",
    "counting",
    "generating",
    "instruments",
    "questions",
    "run",
]

arrange(
    app,
    *("models", "generate", "tally", "images", "compare", "author", "gap", "adjectives", "plan"),
    *("annotate", "error-rates", "agreement", "sensitivity", "reference"),
)
arrange(annotate_commands, "sample", "import", "export", "report")
