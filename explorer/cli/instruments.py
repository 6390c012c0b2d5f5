"""The commands about instruments: how far two agree, how far a share depends on one."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer import study as studies
from explorer.classifiers.find import FACE
from explorer.cli.app import app
from explorer.cli.options import Asked, CacheFolder, Changed, Metered, Model, Models
from explorer.cli.output import Output, print_sentences, say
from explorer.cli.store import classify_stored, opened, say_missing
from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.instruments import (
    PIXEL_TONE,
    TONE,
    agreement_rows,
    agreement_sentences,
    pairs,
)
from explorer.findings.sensitivity import variation_rows, variation_sentences, variations
from explorer.perception.axes import GENDER, find_axis
from explorer.sensitivity import variants
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from explorer.findings.instruments import Pair
    from explorer.findings.sensitivity import Variation
    from explorer.sensitivity import Variant
    from explorer.store.index import Store
    from explorer.study import Study

PIXELS = "pixels"
_AGREEMENT_COLUMNS = (
    *("profession", "left_instrument", "right_instrument", "both", "same_share", "kappa", "ac1"),
    *("left_only", "right_only", "neither", "unclassified"),
)
_SENSITIVITY_COLUMNS = (
    *("model", "profession", "varied", "what", "label", "share", "share_low", "share_high"),
    *("difference", "classified", "abstained"),
)


@app.command(
    help=_(
        "Report how far two instruments agree on the same images.\n\n"
        "Skin tone by captions and by pixels, or one classifier and another: one axis at a time, "
        "tone by default. Nothing is generated or classified."
    )
)
def agreement(
    model: Model,
    /,
    *,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: Output = Output(),
    beside: Annotated[
        str | None,
        Parameter(
            metavar="NAME",
            help=_(
                "The other instrument: 'pixels' (of skin tone), 'face', or another --classifier."
            ),
            show_default=_("pixels for tone, face for gender"),
        ),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Print how far two instruments agree."""
    settings = machine.load(cache)
    one_axis = replace(asked, axis=(asked.one_axis(TONE),))
    left = one_axis.study(changed.cards([model], settings))
    right = _other(left, beside)
    with opened(settings) as store:
        found = _answers_of_both(left, right, store)
        if output.write(agreement_rows(found), _AGREEMENT_COLUMNS):
            print_sentences(agreement_sentences(found))
        _say_unclassified(left, store)
        _say_unclassified(right, store)
        say_missing(left, store)


@app.command(
    help=_(
        "Report how far a share depends on captions, threshold and classifier.\n\n"
        "Each template is left out once, the threshold is moved, and --beside adds other "
        "classifiers. Images that are not classified yet are classified; none is generated. One "
        "axis at a time, gender by default."
    )
)
def sensitivity(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: Output = Output(),
    beside: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="NAME",
            help=_("Another classifier, 'face' for the model's own on the face; repeatable."),
        ),
    ] = (),
    metered: Metered = Metered(),
    cache: CacheFolder = None,
) -> None:
    """Print how a share changes with its instrument."""
    settings = metered.applied(machine.load(cache))
    one_axis = replace(asked, axis=(asked.one_axis(GENDER),))
    study = one_axis.study(changed.cards(model, settings))
    with opened(settings) as store:
        varied = variants(study, beside)
        classify_stored(store, settings, [one.study for one in varied])
        found = _varied_shares(varied, store)
        if output.write(variation_rows(found), _SENSITIVITY_COLUMNS):
            print_sentences(variation_sentences(found))
        say_missing(study, store)


def _answers_of_both(left: "Study", right: "Study", store: "Store") -> "tuple[Pair, ...]":
    """Return the answers of two instruments to the images of one model."""
    (card,) = left.models
    return pairs(
        Findings(left, store).observations(card),
        Findings(right, store).observations(card),
        (left.axes[0], right.axes[0]),
        (_instrument(left), _instrument(right)),
    )


def _varied_shares(varied: "Iterable[Variant]", store: "Store") -> "tuple[Variation, ...]":
    return variations(
        (one.kind, one.what, Findings(one.study, store).tallies("profession")) for one in varied
    )


def _other(study: "Study", beside: str | None) -> "Study":
    """Return the same study, classified by the other instrument."""
    axis = study.axes[0]
    if (beside or PIXELS) == PIXELS and axis.name == TONE:
        return replace(study, axes=(find_axis(PIXEL_TONE),))
    if beside == PIXELS or axis.name == PIXEL_TONE:
        pattern = _("--beside {name!r} does not answer {axis!r}. Set pixels beside --axis 'tone'.")
        raise InvalidData(pattern.format(name=beside, axis=axis.name))
    return replace(study, classifier=beside or FACE)


def _instrument(study: "Study") -> str:
    return str(study.instruments(study.models[0])[study.axes[0].name])


def _say_unclassified(study: "Study", store: "Store") -> None:
    unclassified = studies.count_unclassified(study, store)
    if not unclassified:
        return
    axis = study.axes[0]
    classifier = study.classifier_of(study.models[0], axis)
    option = f" --classifier {study.classifier!r}" if study.classifier else ""
    pattern = ngettext(
        "{number} of the images is not classified by {classifier!r}. `{command}` classifies it.",
        "{number} of the images are not classified by {classifier!r}. `{command}` classifies them.",
        unclassified,
    )
    say(
        pattern.format(
            number=unclassified,
            classifier=str(replace(classifier, revision=None)),
            command=f"generate --axis {axis.name}{option}",
        )
    )
