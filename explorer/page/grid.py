"""The image grid: one row per adjective, one side per model, ready for the templates."""

import json
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from explorer.models.requests import ImageRequest
from explorer.page.charts import Chart, Mark, chart, label_of, labels
from explorer.page.choice import IMAGES, NONE
from explorer.perception.decide import UNSURE
from explorer.store.blobs import file_name
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from explorer.findings.corrected import Finding
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis, Perception
    from explorer.store.observations import Observation
    from explorer.study import Study

# The number of images that a view shows at first; each row offers the rest.
_ROOM = 1_800


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on one axis, or none: the class that carries its colour, and the words for it."""

    style: str
    said: str


@dataclass(frozen=True, slots=True)
class Thumb:
    """One place in the grid: an image, a filtered one, or one that is not generated yet.

    `state` is "seen", "filtered" or "missing". `styles` are the classes of its labels, one for each
    axis. `source` is its file, below the folder of images and that of thumbnails.
    """

    state: str
    alt: str
    styles: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One model's images of one prompt, with a small chart per axis.

    `facts` holds the details of each image for grid.js, as JSON.
    """

    model: str
    thumbs: tuple[Thumb, ...]
    facts: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One adjective, or none. `word` names it in addresses; `images` counts those of each side."""

    word: str
    title: str
    coding: str | None
    prompt: str
    images: int
    sides: tuple[Side, ...]

    @property
    def more(self) -> bool:
        """Whether there are images that the row does not show at first."""
        return self.images > len(self.sides[0].thumbs)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the grid needs of one model; findings per adjective, axis by axis.

    `requests` are those that the grid shows at first; `images` is the number of images per prompt.
    """

    model: str
    requests: "tuple[ImageRequest, ...]"
    observations: "tuple[Observation, ...]"
    found: "tuple[Finding, ...]"
    images: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Images that can be shown alone, with their number on each side.

    `style` is the class of their label, or the state of their places.
    """

    style: str
    badge: str
    name: str
    counts: tuple[int, ...]


def shown_requests(
    study: "Study", card: "ModelCard", *, all_of_them: bool = False
) -> "tuple[ImageRequest, ...]":
    """Return the images of one model that the grid shows at first, or all of them."""
    room = max(IMAGES, _ROOM // (len(study.prompts) * len(study.models)))
    number = study.images if all_of_them else min(study.images, room)
    return tuple(
        ImageRequest(card.spec, prompt, replicate)
        for prompt in study.prompts
        for replicate in range(number)
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
            images=shown[0].images,
            sides=row,
        )
        for request, row in zip(requests, sides, strict=True)
    )


def label_filters(charts: "Sequence[Chart]") -> list[Filter]:
    """Return a filter for each answer on one axis, and for none; one chart for each side."""
    axis = charts[0].axis
    answers = zip(labels(axis), zip(*(one.bars for one in charts), strict=True), strict=True)
    found = [
        Filter(label.style, label.badge, label.name, tuple(bar.count for bar in bars))
        for label, bars in answers
    ]
    unclear = tuple(one.abstained for one in charts)
    unclassified = tuple(one.unclassified for one in charts)
    found.append(Filter(f"{axis.name}-u", "?", axis.abstention, unclear))
    if any(unclassified):
        found.append(Filter(f"{axis.name}-n", "", _("not classified yet"), unclassified))
    return found


def state_filters(charts: "Sequence[Chart]") -> list[Filter]:
    """Return the filters for places without an image; one chart for each side."""
    return [
        Filter("filtered", "", _("filtered"), tuple(one.filtered for one in charts)),
        Filter("missing", "", _("not generated"), tuple(one.missing for one in charts)),
    ]


def facts(axes: "Iterable[Axis]") -> str:
    """Return the axes in the form that grid.js needs, as JSON."""
    names = _measures()
    return json.dumps(
        [
            {
                "name": axis.name,
                "title": axis.title,
                "labels": [label.name for label in labels(axis)],
                "badges": [label.badge for label in labels(axis)],
                "styles": [label.style for label in labels(axis)],
                "abstention": axis.abstention,
                "measures": [names[name] for name in axis.measures],
                # The score that says how sure the answer is, where it is not the highest.
                "sureness": _place("monk_sureness", axis.measures),
            }
            for axis in axes
        ]
    )


def _place(name: str, names: "Sequence[str]") -> int | None:
    return names.index(name) if name in names else None


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
    # Of many images, few are told differently.
    told = cache(lambda place, label, reason: _told(axes[place], label, reason))
    for _prompt, run in groupby(shown.requests, lambda request: request.prompt):
        stored = [(request, seen.get(request.key)) for request in run]
        yield Side(
            model=shown.model,
            thumbs=tuple(_thumb(*one, axes, told) for one in stored),
            facts=json.dumps([_facts(*one, axes) for one in stored], separators=(",", ":")),
            charts=tuple(chart(next(found), mark) for _axis in axes),
        )


def _thumb(
    request: "ImageRequest",
    observation: "Observation | None",
    axes: "Sequence[Axis]",
    told: "Callable[[int, str | None, str | None], Answer]",
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
    perceptions = observation.perceptions
    answers = [
        told(place, one.label, _reason(one))
        for place, axis in enumerate(axes)
        if (one := perceptions.get(axis.name))
    ]
    said = ", ".join(one.said for one in answers) or _("not classified yet")
    unclassified = [f"{axis.name}-n" for axis in axes if axis.name not in perceptions]
    return Thumb(
        state="seen",
        alt=f"{name}, {said}",
        styles=" ".join([*(one.style for one in answers), *unclassified]),
        source=file_name(request.key),
    )


def _adjective(request: "ImageRequest") -> str:
    adjective = request.prompt.adjective
    return word("adjective", adjective) if adjective else _("no adjective")


def _told(axis: "Axis", label: str | None, reason: str | None) -> Answer:
    """Return an answer on an axis, with the class of its label and the words for it."""
    if label is None:
        said = f"{axis.topic} {axis.abstention}" + (f" ({reason})" if reason else "")
        return Answer(f"{axis.name}-u", said)
    shown = label_of(axis, axis.labels.index(label))
    if axis.ordered:
        return Answer(shown.style, f"{axis.topic} {shown.name}")
    return Answer(shown.style, _("perceived as {label}").format(label=shown.name))


def _reason(seen: "Perception | None") -> str | None:
    """Return the reason for no answer, None where the instrument is merely unsure."""
    reason = seen.reason if seen else None
    return word("reason", reason) if reason and reason != UNSURE else None


def _facts(
    request: "ImageRequest", observation: "Observation | None", axes: "Iterable[Axis]"
) -> list[object] | None:
    """Return seed, labels by their places and scores, then reasons and rewritten prompt if any."""
    if observation is None or observation.filtered is not None:
        return None
    seen = [(axis, observation.perceptions.get(axis.name)) for axis in axes]
    reasons = [_reason(one) for _axis, one in seen]
    return [
        request.seed,
        [axis.labels.index(one.label) if one and one.label else None for axis, one in seen],
        [[round(score, 4) for score in one.scores] if one else None for _axis, one in seen],
        *([reasons, observation.revised] if any(reasons) or observation.revised else ()),
    ]
