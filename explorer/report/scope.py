"""What a card is meant for, its limits, and what it does not say."""

from typing import TYPE_CHECKING

from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.gaps import Headline
    from explorer.models.catalog import ModelCard
    from explorer.study import Study


def meant_for(card: "ModelCard") -> tuple[str, ...]:
    """Return the uses that the card is meant for."""
    return tuple(_meant_for(card))


def limits(study: "Study", summary: "Headline") -> tuple[str, ...]:
    """Return the limits of the measurement."""
    return tuple(_limits(study, summary))


def says_not() -> tuple[str, ...]:
    """Return the conclusions that the card does not allow."""
    return (
        _(
            "It says nothing about any person. The people in the images do not exist, and only how "
            "they are perceived is counted, never anyone's gender, ethnicity or race."
        ),
        _(
            "It does not say what a model should show. The labour statistics are a point of "
            "comparison, not a target."
        ),
        _(
            "It says nothing about prompts other than these, about other languages or countries, "
            "or about other versions and settings of the model."
        ),
        _(
            "What is not clear here is not shown to be absent: with more images, smaller "
            "differences become clear."
        ),
    )


def _meant_for(card: "ModelCard") -> "Iterator[str]":
    if card.bundled:
        yield _(
            "This model is a teaching instrument: it was trained on emoji art to a known design. "
            "Use its card to learn what a card says and to check how well the tool measures."
        )
    yield _("For comparing models measured in the same way, and for deciding how to use one.")
    yield _("For seeing whether a new version of a model depicts people differently.")
    yield _("For checking: every number can be made again with the commands below.")


def _limits(study: "Study", summary: "Headline") -> "Iterator[str]":
    yield _(
        "The classifier errs, and its errors may differ between groups. Numbers are corrected for "
        "its errors only where these are known; the section on the classifier says so."
    )
    for axis in study.axes:
        yield f"{axis.title}: {axis.caveat}"
    yield _(
        "The labour statistics count people in the United States. Professions whose word matches "
        "the counted occupation only roughly are kept out of the headlines: {number} of "
        "{professions} count."
    ).format(number=summary.professions, professions=len(study.professions))
    yield _(
        "Within each kind of test (professions, adjectives, differences) at most 5 in 100 of the "
        "results reported are expected to be due to chance (Benjamini and Hochberg). Each kind is "
        "corrected by itself."
    )
