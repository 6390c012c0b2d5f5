"""The guided tour of Explore: what each step says, and what it is about."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.models.catalog import ModelCard


@dataclass(frozen=True, slots=True)
class Step:
    """A step: `at` are selectors of what it is about, of which the first that is shown counts."""

    at: tuple[str, ...]
    title: str
    text: str


def steps(card: "ModelCard") -> list[dict[str, object]]:
    """Return the steps through the view of one model, in the form that tour.js needs."""
    return [asdict(one) for one in (_first(card), *_through(), *_further())]


def _first(card: "ModelCard") -> Step:
    text = (
        _(
            "{name} is a test object: a tiny model that draws emoji and was made with a known "
            "bias, so that you can learn the tool and check what it measures. Nothing here is "
            "about authors, or about any real model."
        ).format(name=card.spec.name)
        if card.bundled
        else _("This is what the tool says of one model. It describes how the model draws.")
    )
    return Step((), _("A tour of two minutes"), text)


def _through() -> tuple[Step, ...]:
    return (
        Step(
            ("[data-tour=finding]", ".bx-sentence"),
            _("The finding"),
            _(
                "One sentence with the number to quote. Its interval says how exact that number "
                "is: of 100 intervals calculated in this way, about 95 contain the true share."
            ),
        ),
        Step(
            ("[data-tour=images]", ".bx-grid"),
            _("The images"),
            _(
                "Each row is one prompt: without an adjective, then with each of twenty. Letter "
                "and frame show how a classifier perceives an image; “?” means that it was not "
                "sure enough. Choose an image to enlarge it."
            ),
        ),
        Step(
            ("[data-tour=chart]", ".bx-charts figure"),
            _("The share"),
            _(
                "The share of images with each label and its interval, corrected for the "
                "classifier's mistakes where they are known. The tick is the share of women "
                "among US workers: a comparison, and no target."
            ),
        ),
        Step(
            (
                "[data-tour=statistics]",
                ".bx-statistics summary",
                ".bx-tabs a[href*='tab=statistics']",
            ),
            _("The statistics"),
            _(
                "What was counted, the bounds, and how it was measured, for whoever checks. A term "
                "that is underlined with dots explains itself."
            ),
        ),
    )


def _further() -> tuple[Step, ...]:
    return (
        Step(
            ("[data-tour=compare]", ".bx-header [data-view=compare]"),
            _("Two models"),
            _(
                "Compare asks two models for the same pictures, from the same seeds, and says "
                "whether a difference is clear enough to report."
            ),
        ),
        Step(
            ("[data-tour=csv]", ".bx-downloads"),
            _("Take it with you"),
            _(
                "Everything is here as CSV, also in a readable form for spreadsheets. “Copy link” "
                "leads back to exactly this view."
            ),
        ),
        Step(
            ("[data-tour=models]", ".bx-header [data-view=models]"),
            _("Now a real model"),
            _(
                "The test objects only show how the tool works. Models says what a real one takes "
                "on this machine, and how to use your own."
            ),
        ),
    )
