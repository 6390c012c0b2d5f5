"""The command line."""

from explorer.cli import annotate, counting, generating, instruments, pronouns, questions
from explorer.cli.app import annotate_commands, app, arrange, run

__all__ = [
    "annotate",
    "app",
    "counting",
    "generating",
    "instruments",
    "pronouns",
    "questions",
    "run",
]

arrange(
    app,
    *("models", "generate", "tally", "images", "compare", "gap", "adjectives", "plan"),
    *("pronouns", "annotate", "error-rates", "agreement", "sensitivity", "reference"),
)
arrange(annotate_commands, "sample", "import", "export", "report")
