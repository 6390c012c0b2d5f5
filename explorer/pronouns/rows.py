"""The rows of a probe as CSV, JSON and tables show them."""

from typing import TYPE_CHECKING

from explorer.findings.readable import chance_text, percent_text
from explorer.pronouns.completions import particular_words
from explorer.translations import gettext as _
from explorer.words.references import match_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.findings.readable import Given
    from explorer.findings.tables import Row
    from explorer.pronouns.beside import Beside
    from explorer.pronouns.kept import Kept


WORD_COLUMNS = (
    *("model", "revision", "kind", "chat", "profession", "after_she", "after_he"),
    *("difference", "difference_low", "difference_high", "q"),
)


def lean_rows(kept: "Kept", found: "Sequence[Beside]", generator: str | None) -> "list[Row]":
    """Return one row for each profession; unknown values are None.

    `log_odds` are of she against he, `log_odds_least` and `_most` those of single templates,
    `log_odds_corrected` those beyond the prior. `she_share` is among she and he, `they_share` among
    all three, `pronoun_mass` the probability of the three together.
    """
    return [
        {
            **_model(kept),
            "profession": row.lean.profession,
            "templates": len(row.lean.scores),
            "log_odds": row.lean.log_odds,
            "log_odds_least": row.lean.lowest,
            "log_odds_most": row.lean.highest,
            "log_odds_corrected": row.lean.corrected,
            "she_share": row.lean.share,
            "they_share": row.lean.they,
            "pronoun_mass": row.lean.mass,
            "labour_share": row.reference.share if row.reference else None,
            "labour_year": row.reference.year if row.reference else None,
            "labour_match": row.reference.match if row.reference else None,
            "images_model": generator,
            "images_share": row.images.share.estimate if row.images else None,
            "images_low": row.images.share.low if row.images else None,
            "images_high": row.images.share.high if row.images else None,
            "images_classified": row.images.classified if row.images else None,
        }
        for row in found
    ]


def word_rows(
    kept: "Kept", templates: "Sequence[str]", professions: "Sequence[str]"
) -> "list[Row]":
    """Return one row for each profession that was written, the most particular to she first."""
    return [
        {
            **_model(kept),
            "profession": word.profession,
            "after_she": word.she,
            "after_he": word.he,
            "difference": word.difference.estimate if word.difference else None,
            "difference_low": word.difference.low if word.difference else None,
            "difference_high": word.difference.high if word.difference else None,
            "q": word.q,
        }
        for word in particular_words(kept.continued(templates), professions)
    ]


def readable_lean(row: "Given") -> "Row":
    """Return a row of lean_rows for people."""
    return {
        _("Model"): row["model"],
        _("Profession"): row["profession"],
        _("She, of she and he"): percent_text(row["she_share"]),
        _("They, of all three"): percent_text(row["they_share"]),
        _("Probability of all three"): percent_text(row["pronoun_mass"]),
        _("Log-odds of she against he"): _log_odds(row["log_odds"]),
        _("Least of a template"): _log_odds(row["log_odds_least"]),
        _("Most of a template"): _log_odds(row["log_odds_most"]),
        _("Reference: share of women"): percent_text(row["labour_share"]),
        _("Fit of the reference"): row["labour_match"] and match_text(row["labour_match"]),
        _("Images perceived as feminine"): percent_text(row["images_share"]),
        _("Images with any label"): row["images_classified"],
    }


def readable_word(row: "Given") -> "Row":
    """Return a row of word_rows for people."""
    return {
        _("Model"): row["model"],
        _("Profession"): row["profession"],
        _("Written after she"): row["after_she"],
        _("Written after he"): row["after_he"],
        _("Difference, she minus he"): percent_text(row["difference"]),
        _("From (95% interval)"): percent_text(row["difference_low"]),
        _("To (95% interval)"): percent_text(row["difference_high"]),
        _("q"): chance_text(row["q"]),
    }


def _log_odds(value: float | None) -> str | None:
    return None if value is None else f"{value:z.2f}"


def _model(kept: "Kept") -> "Row":
    return {
        "model": kept.name,
        "revision": kept.revision,
        "kind": kept.kind,
        "chat": kept.chat,
    }
