"""The rows of a probe as CSV, JSON and tables show them."""

from typing import TYPE_CHECKING

from explorer.pronouns.completions import particular_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.findings.tables import Row
    from explorer.pronouns.beside import Beside
    from explorer.pronouns.kept import Kept


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


def _model(kept: "Kept") -> "Row":
    return {
        "model": kept.name,
        "revision": kept.revision,
        "kind": kept.kind,
        "chat": kept.chat,
    }
