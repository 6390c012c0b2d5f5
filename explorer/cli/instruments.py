"""The commands about instruments: how far two agree, how far a share depends on one."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from explorer import settings as machine
from explorer import study as studies
from explorer.classifiers.find import FACE, classifiers
from explorer.cli.commands import app, opened, say, say_missing
from explorer.cli.options import Asked, CacheFolder, Changed, Models, spread
from explorer.cli.output import Output
from explorer.cli.questions import Model
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

if TYPE_CHECKING:
    from explorer.settings import Settings
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


@app.command()
@spread
def agreement(
    model: Model,
    asked: Asked,
    changed: Changed,
    output: Output,
    beside: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The other instrument: 'pixels' (of skin tone), 'face', or another --classifier.  "
            "[default: pixels for tone, face for gender]",
        ),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Report how far two instruments agree on the same images.

    Skin tone by captions and by pixels, or one classifier and another: one axis at a time, tone by
    default. Nothing is generated or classified.
    """
    settings = machine.load(cache)
    left = replace(asked, axis=[_one_axis(asked, TONE)]).study(changed.cards([model], settings))
    right = _other(left, beside)
    with opened(settings) as store:
        (card,) = left.models
        found = pairs(
            Findings(left, store).observations(card),
            Findings(right, store).observations(card),
            (left.axes[0], right.axes[0]),
            (_instrument(left), _instrument(right)),
        )
        if output.write(agreement_rows(found), _AGREEMENT_COLUMNS):
            print("\n" + "\n".join(agreement_sentences(found)))
        for study in (left, right):
            _say_unclassified(study, store)
        say_missing(left, store)


@app.command()
@spread
def sensitivity(
    model: Models,
    asked: Asked,
    changed: Changed,
    output: Output,
    beside: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Another classifier, 'face' for the model's own on the face; repeatable.",
        ),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Report how far a share depends on captions, threshold and classifier.

    Each template is left out once, the threshold is moved, and --beside adds other classifiers.
    Images that are not classified yet are classified; none is generated. One axis at a time, gender
    by default.
    """
    settings = machine.load(cache)
    study = replace(asked, axis=[_one_axis(asked, GENDER)]).study(changed.cards(model, settings))
    with opened(settings) as store:
        asked_variants = variants(study, beside or ())
        _classify_all([one.study for one in asked_variants], store, settings)
        found = variations(
            (one.kind, one.what, Findings(one.study, store).tallies("profession"))
            for one in asked_variants
        )
        if output.write(variation_rows(found), _SENSITIVITY_COLUMNS):
            print("\n" + "\n".join(variation_sentences(found)))
        say_missing(study, store)


def _classify_all(asked: "list[Study]", store: "Store", settings: "Settings") -> None:
    for study in asked:
        studies.prepare(study)
    done = 0
    for images in studies.classify_stored(
        asked, store, classifiers(settings.device), settings.batch
    ):
        done += images
        say(f"Classified {done} images.")


def _one_axis(asked: Asked, usual: str) -> str:
    if len(set(asked.axis)) > 1:
        raise InvalidData(f"--axis is {asked.axis!r}. Ask about one of them at a time.")
    return asked.axis[0] if asked.axis else usual


def _other(study: "Study", beside: str | None) -> "Study":
    """Return the same study, classified by the other instrument."""
    axis = study.axes[0]
    if (beside or PIXELS) == PIXELS and axis.name == TONE:
        return replace(study, axes=(find_axis(PIXEL_TONE),))
    if beside == PIXELS or axis.name == PIXEL_TONE:
        raise InvalidData(
            f"--beside {beside!r} does not answer {axis.name!r}. Set pixels beside --axis 'tone'."
        )
    return replace(study, classifier=beside or FACE)


def _instrument(study: "Study") -> str:
    return str(study.instruments(study.models[0])[study.axes[0].name])


def _say_unclassified(study: "Study", store: "Store") -> None:
    unclassified = studies.count_unclassified(study, store)
    if unclassified:
        axis = study.axes[0]
        classifier = study.classifier_of(study.models[0], axis)
        name = str(replace(classifier, revision=None))
        option = f" --classifier {study.classifier!r}" if study.classifier else ""
        say(
            f"{unclassified} of the images are not classified by {name!r}. "
            f"`generate --axis {axis.name}{option}` classifies them."
        )
