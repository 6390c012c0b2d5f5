"""One line for each term of art on the page."""

GLOSSARY = {
    "counted": (
        "The share of the images that got a label, as the classifier gave it. Its interval covers "
        "the error of counting few images, not the errors of the classifier."
    ),
    "interval": (
        "Of 100 intervals made in this way, about 95 contain the share that one would find in an "
        "unlimited number of images."
    ),
    "bounds": (
        "The lowest and the highest share that is possible among all classified and unclear "
        "images, whatever the unclear ones show."
    ),
    "corrected": (
        "The share after allowing for how often the classifier errs on images of this model. Its "
        "interval covers both kinds of error."
    ),
    "p": "How often chance alone gives a difference at least as large as this one.",
    "q": (
        "p, adjusted for the number of tests. Of all differences with a q of 0.05 or less, on "
        "average at most 5 in 100 are due to chance (Benjamini and Hochberg)."
    ),
    "points": "The difference of two percentages: 30% and 40% are 10 points apart.",
    "gap": (
        "The share of images perceived as feminine minus the share of women in the reference. It "
        "describes a model and does not say what the model should show."
    ),
    "slope": (
        "The change in the log odds of the images' shares for each unit of the reference's log "
        "odds. Above 1 the model exaggerates the differences between professions, below 1 it "
        "levels them."
    ),
    "distance": (
        "The share of images that would have to change for every tone to be equally frequent "
        "(total variation). Few images always give some distance: only one above its line shows "
        "that tones differ."
    ),
    "coded": (
        "Whether the word is used more in texts about men or about women (Gaucher, Friesen and "
        "Kay 2011)."
    ),
}
