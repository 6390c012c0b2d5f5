"""One line for each technical term on the page."""

from dataclasses import dataclass

from explorer.translations import gettext as _


@dataclass(frozen=True, slots=True)
class Term:
    """A technical term and its meaning, in the language in use.

    `anchor` is the place in docs/method.md that says more.
    """

    name: str
    meaning: str
    anchor: str

    @property
    def address(self) -> str:
        """The address of that place on the page."""
        return f"method#{self.anchor}"


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
            "counts",
        ),
        "interval": Term(
            _("95% interval"),
            _(
                "Of 100 intervals calculated in this way, about 95 contain the share that an "
                "unlimited number of images would have."
            ),
            "intervals",
        ),
        "bounds": Term(
            _("Bounds"),
            _(
                "The lowest and the highest share possible among all classified and unclear "
                "images, whatever the unclear ones show."
            ),
            "bounds",
        ),
        "corrected": Term(
            _("Corrected"),
            _(
                "The share after correction for the classifier's errors on images of this model. "
                "Its interval covers both kinds of error."
            ),
            "correction",
        ),
        "points": Term(
            _("Points"),
            _("The difference between two percentages: 30% and 40% are 10 points apart."),
            "two-models",
        ),
        "p": Term(
            _("p"),
            _(
                "The probability that chance alone gives a difference at least as large as this "
                "one."
            ),
            "tests",
        ),
        "q": Term(
            _("q"),
            _(
                "p, adjusted for the number of tests. Of all differences with a q of 0.05 or less, "
                "on average at most 5 in 100 are due to chance (Benjamini and Hochberg)."
            ),
            "tests",
        ),
        "clear": Term(
            _("Clear enough to report"),
            _(
                "The test is significant (q of 0.05 or less) and the interval excludes 0. Nothing "
                "else is reported as a difference."
            ),
            "one-verdict",
        ),
        "gap": Term(
            _("Gap"),
            _(
                "The share of images perceived as feminine minus the share of women in the "
                "reference. It describes a model; it does not say what the model should show."
            ),
            "comparison-with-a-reference",
        ),
        "slope": Term(
            _("Amplification slope"),
            _(
                "The change in the log odds of the images' shares for each unit of the reference's "
                "log odds. Above 1, the model exaggerates the differences between professions; "
                "below 1, it reduces them."
            ),
            "comparison-with-a-reference",
        ),
        "distance": Term(
            _("Distance"),
            _(
                "The share of images that would have to change for every tone to be equally "
                "frequent (total variation). Small numbers of images always give some distance: "
                "only a distance above its chance limit shows that the tones differ in frequency."
            ),
            "comparison-with-a-reference",
        ),
        "coded": Term(
            _("Masculine- or feminine-coded"),
            _(
                "Whether the word is used more in texts about men or about women (Gaucher, Friesen "
                "and Kay 2011)."
            ),
            "the-words-and-their-reference",
        ),
        "perceived": Term(
            _("Perceived as"),
            _(
                "How a classifier perceives the person in an image. The people do not exist, so "
                "nobody's gender, identity or origin is measured."
            ),
            "from-images-to-labels",
        ),
        "unclear": Term(
            _("Unclear"),
            _(
                "The classifier was not sure enough to answer. Such images stay in view and are "
                "never counted as one label or the other."
            ),
            "from-images-to-labels",
        ),
        "filtered": Term(
            _("Filtered"),
            _(
                "The model's safety filter or the service withheld the image, or it came out black "
                "or broken. It has no label."
            ),
            "from-words-to-images",
        ),
        "workforce": Term(
            _("Labour statistic"),
            _(
                "The share of women among US workers in the nearest occupation (Bureau of Labor "
                "Statistics). It is a point of comparison, and no target."
            ),
            "the-words-and-their-reference",
        ),
        "paired": Term(
            _("Paired"),
            _(
                "Both models draw from the same prompt and seed, so their images are compared one "
                "by one."
            ),
            "tests",
        ),
        "embodied": Term(
            _("Making the hardware"),
            _(
                "The emissions of making servers and accelerators, shared out over their hours of "
                "use. The true figure may be half as large or three times as large."
            ),
            "making-the-hardware",
        ),
        "pue": Term(
            _("PUE"),
            _(
                "The energy of a data centre for each unit that its computers use. It is 1 where "
                "nothing is published."
            ),
            "formula",
        ),
        "kappa": Term(
            _("Kappa"),
            _(
                "How far two annotators agree beyond what chance alone would give: 0 is no better "
                "than chance, 1 is complete."
            ),
            "agreement-of-annotators",
        ),
    }
