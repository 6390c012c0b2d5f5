"""One line for each technical term on the page."""

from dataclasses import dataclass

from explorer.translations import gettext as _


@dataclass(frozen=True, slots=True)
class Term:
    """A technical term and its meaning, in the language in use."""

    name: str
    meaning: str


def glossary() -> dict[str, Term]:
    """Return the terms by the names that the templates know them by."""
    return {
        "counted": Term(
            _("As counted"),
            _(
                "The share among images with a label, as the classifier labelled them. Its "
                "interval covers the error of counting few images, not the errors of the "
                "classifier."
            ),
        ),
        "interval": Term(
            _("95% interval"),
            _(
                "Of 100 intervals calculated in this way, about 95 contain the share that an "
                "unlimited number of images would have."
            ),
        ),
        "bounds": Term(
            _("Bounds"),
            _(
                "The lowest and the highest share possible among all classified and unclear "
                "images, whatever the unclear ones show."
            ),
        ),
        "corrected": Term(
            _("Corrected"),
            _(
                "The share after correction for the classifier's errors on images of this model. "
                "Its interval covers both kinds of error."
            ),
        ),
        "points": Term(
            _("Points"),
            _("The difference between two percentages: 30% and 40% are 10 points apart."),
        ),
        "p": Term(
            _("p"),
            _(
                "The probability that chance alone gives a difference at least as large as this "
                "one."
            ),
        ),
        "q": Term(
            _("q"),
            _(
                "p, adjusted for the number of tests. Of all differences with a q of 0.05 or less, "
                "on average at most 5 in 100 are due to chance (Benjamini and Hochberg)."
            ),
        ),
        "clear": Term(
            _("Clear enough to report"),
            _(
                "The test is significant (q of 0.05 or less) and the interval excludes 0. Nothing "
                "else is reported as a difference."
            ),
        ),
        "gap": Term(
            _("Gap"),
            _(
                "The share of images perceived as feminine minus the share of women in the "
                "reference. It describes a model; it does not say what the model should show."
            ),
        ),
        "slope": Term(
            _("Amplification slope"),
            _(
                "The change in the log odds of the images' shares for each unit of the reference's "
                "log odds. Above 1, the model exaggerates the differences between professions; "
                "below 1, it reduces them."
            ),
        ),
        "distance": Term(
            _("Distance"),
            _(
                "The share of images that would have to change for every tone to be equally "
                "frequent (total variation). Small numbers of images always give some distance: "
                "only a distance above its chance limit shows that the tones differ in frequency."
            ),
        ),
        "coded": Term(
            _("Masculine- or feminine-coded"),
            _(
                "Whether the word is used more in texts about men or about women (Gaucher, Friesen "
                "and Kay 2011)."
            ),
        ),
    }
