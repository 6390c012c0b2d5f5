"""The image grid: one row per adjective, one side per model, ready for the templates."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from explorer.models.requests import ImageRequest
from explorer.page.charts import Chart, Label, Mark, chart, label_of, labels
from explorer.page.choice import NONE
from explorer.perception.decide import UNSURE
from explorer.store.blobs import file_name
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.findings.corrected import Finding
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis, Perception
    from explorer.store.observations import Observation
    from explorer.study import Study

# The number of images that a row shows: with more than a few thousand in all, browsers are slow.
_ROOM = 90


@dataclass(frozen=True, slots=True)
class Thumb:
    """One place in the grid: an image, a filtered one, or one that is not generated yet.

    `state` is "seen", "filtered" or "missing". `marks` holds one label per axis, None where the
    instrument abstained or has not classified it yet. `facts` holds the details for the dialog, as
    JSON.
    """

    state: str
    alt: str
    marks: "tuple[tuple[Axis, Label | None], ...]" = ()
    thumbnail: str = ""
    image: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One model's images of one prompt, with a small chart per axis.

    `more` counts the images that a row has no room for; charts and files hold them all.
    """

    model: str
    thumbs: tuple[Thumb, ...]
    more: int
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One adjective, or none. `word` names it in addresses."""

    word: str
    title: str
    coding: str | None
    prompt: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the grid needs of one model; findings per adjective, axis by axis.

    `requests` are those that the grid has room for; `images` is the number of images per prompt.
    """

    model: str
    requests: "tuple[ImageRequest, ...]"
    observations: "tuple[Observation, ...]"
    found: "tuple[Finding, ...]"
    images: int


def shown_requests(study: "Study", card: "ModelCard") -> "tuple[ImageRequest, ...]":
    """Return the images of one model that the grid has room for."""
    return tuple(
        ImageRequest(card.spec, prompt, replicate)
        for prompt in study.prompts
        for replicate in range(min(study.images, _ROOM))
    )


def grid(
    shown: "Sequence[Shown]",
    axes: "Sequence[Axis]",
    mark: "Mark | None",
    codings: "Mapping[str, str | None]",
) -> tuple[Row, ...]:
    """Return the images of one or several models on the same prompts, row by row.

    Args:
        shown: one for each side.
        axes: the axes that the images are classified on.
        mark: the labour statistic of the profession.
        codings: the gender coding of adjectives; other words have none.
    """
    sides = zip(*(_sides(model, axes, mark) for model in shown), strict=True)
    requests = [
        next(run) for _prompt, run in groupby(shown[0].requests, lambda request: request.prompt)
    ]
    return tuple(
        Row(
            word=request.prompt.adjective or NONE,
            title=_adjective(request),
            coding=codings.get(request.prompt.adjective or ""),
            prompt=request.prompt.text,
            sides=row,
        )
        for request, row in zip(requests, sides, strict=True)
    )


def facts(axes: "Iterable[Axis]") -> str:
    """Return the axes in the form that the dialog needs, as JSON."""
    names = _measures()
    return json.dumps(
        [
            {
                "title": axis.title,
                "labels": [label.name for label in labels(axis)],
                "badges": [label.badge for label in labels(axis)],
                "styles": [label.style for label in labels(axis)],
                "abstention": axis.abstention,
                "measures": [names[name] for name in axis.measures],
            }
            for axis in axes
        ]
    )


def _measures() -> dict[str, str]:
    return {
        "lightness": _("Lightness"),
        "hue_degrees": _("Hue angle"),
        "ita_degrees": _("Typology angle"),
        "monk_tone": _("Monk tone"),
        "monk_sureness": _("Confidence in the Monk tone"),
        "skin_pixels": _("Skin pixels"),
    }


def _sides(shown: Shown, axes: "Sequence[Axis]", mark: "Mark | None") -> "Iterable[Side]":
    seen = {observation.request.key: observation for observation in shown.observations}
    found = iter(shown.found)
    for _prompt, run in groupby(shown.requests, lambda request: request.prompt):
        asked = tuple(run)
        yield Side(
            model=shown.model,
            thumbs=tuple(_thumb(request, seen.get(request.key), axes) for request in asked),
            more=shown.images - len(asked),
            charts=tuple(chart(next(found), mark) for _axis in axes),
        )


def _thumb(
    request: "ImageRequest",
    observation: "Observation | None",
    axes: "Sequence[Axis]",
) -> Thumb:
    name = _("{profession}, {adjective}, image {number}").format(
        profession=word("profession", request.prompt.profession),
        adjective=_adjective(request),
        number=request.replicate + 1,
    )
    if observation is None:
        return Thumb("missing", _("{image}, not generated yet").format(image=name))
    if observation.filtered is not None:
        alt = _("{image}, filtered: {reason}").format(
            image=name, reason=word("reason", observation.filtered)
        )
        return Thumb("filtered", alt)
    marks = tuple((axis, _label(observation, axis)) for axis in axes)
    return Thumb(
        state="seen",
        alt=f"{name}, {_perceived(observation, marks)}",
        marks=marks,
        thumbnail=f"thumb/{file_name(request.key)}",
        image=f"img/{file_name(request.key)}",
        facts=json.dumps(_facts(request, observation, axes)),
    )


def _adjective(request: "ImageRequest") -> str:
    adjective = request.prompt.adjective
    return word("adjective", adjective) if adjective else _("no adjective")


def _label(observation: "Observation", axis: "Axis") -> Label | None:
    perception = observation.perceptions.get(axis.name)
    if perception is None or perception.label is None:
        return None
    return label_of(axis, axis.labels.index(perception.label))


def _perceived(observation: "Observation", marks: "Iterable[tuple[Axis, Label | None]]") -> str:
    seen = observation.perceptions
    said = [_said(axis, label, seen[axis.name]) for axis, label in marks if axis.name in seen]
    return ", ".join(said) or _("not classified yet")


def _said(axis: "Axis", label: Label | None, seen: "Perception") -> str:
    if label is None:
        reason = _reason(seen)
        return f"{axis.topic} {axis.abstention}" + (f" ({reason})" if reason else "")
    if axis.ordered:
        return f"{axis.topic} {label.name}"
    return _("perceived as {label}").format(label=label.name)


def _reason(seen: "Perception | None") -> str | None:
    """Return the reason for no answer, None where the instrument is merely unsure."""
    reason = seen.reason if seen else None
    return word("reason", reason) if reason and reason != UNSURE else None


def _facts(
    request: "ImageRequest", observation: "Observation", axes: "Iterable[Axis]"
) -> dict[str, object]:
    seen = [observation.perceptions.get(axis.name) for axis in axes]
    return {
        "seed": request.seed,
        "number": request.replicate + 1,
        "size": request.model.size_px,
        "revised": observation.revised,
        "labels": [
            word("label", perception.label) if perception and perception.label else None
            for perception in seen
        ],
        "reasons": [_reason(perception) for perception in seen],
        "scores": [
            [round(score, 4) for score in perception.scores] if perception else None
            for perception in seen
        ],
    }
