"""One line for each term of art on the page."""

GLOSSARY = {
    "counted": (
        "The share of the images that got a label, taken at the classifier's word. Its interval "
        "tells the error of counting few images, not the classifier's."
    ),
    "interval": (
        "Of 100 intervals made in this way, about 95 hold the share that endless images would show."
    ),
    "bounds": (
        "The least and the most that the share of all images looked at can be, whatever the "
        "unclear ones show."
    ),
    "corrected": (
        "The share that would make the classifier say what it said, given how often it errs on "
        "images of this model; its interval allows for both errors."
    ),
    "p": "How often chance alone makes a difference as large as this.",
    "q": (
        "p, made larger for the number of things tested. Of all that have a q of 0.05 or less, at "
        "most 5 in 100 are chance, on average (Benjamini and Hochberg)."
    ),
    "points": "The difference of two percentages: 30% and 40% are 10 points apart.",
    "gap": (
        "The share of images perceived as feminine minus the share of women in the reference. It "
        "describes, and what a model ought to show it does not say."
    ),
    "slope": (
        "How far the log odds of the images' shares move for each step of the reference's. Above "
        "1 the model exaggerates the differences between professions, below 1 it levels them."
    ),
    "distance": (
        "The share of images that would have to change for every tone to be equally frequent "
        "(total variation). Few images alone give some distance: only one above its line says "
        "that tones differ."
    ),
    "coded": (
        "Whether the word is used more in texts about men or about women (Gaucher, Friesen and Kay "
        "2011)."
    ),
}
