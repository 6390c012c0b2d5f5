"""The command line."""

from explorer.cli import (
    annotate,
    author,
    card,
    counting,
    footprint,
    generating,
    instruments,
    likeness,
    machine,
    overview,
    pronouns,
    questions,
    stopping,
    verifying,
)
from explorer.cli.app import (
    annotate_commands,
    app,
    arrange,
    footprint_commands,
    likeness_commands,
    run,
)

__all__ = [
    "annotate",
    "app",
    "author",
    "card",
    "counting",
    "footprint",
    "generating",
    "instruments",
    "likeness",
    "machine",
    "overview",
    "pronouns",
    "questions",
    "run",
    "stopping",
    "verifying",
]

arrange(
    app,
    *("models", "estimate", "generate", "tally", "images", "compare", "author", "gap"),
    *("adjectives", "plan", "pronouns", "annotate", "error-rates", "agreement"),
    *("likeness", "sensitivity", "overview", "card", "footprint"),
    *("reference", "verify", "doctor"),
)
arrange(annotate_commands, "sample", "import", "export", "report")
arrange(likeness_commands, "diversity", "clusters", "neighbours", "average")
arrange(footprint_commands, "measured", "calculate", "lifecycle", "hardware", "places")
