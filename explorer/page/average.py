"""The average image of each adjective or profession, a figure for each model."""

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explorer.classifiers.faces import detector
from explorer.findings.likeness_sentences import average_sentence
from explorer.likeness.average import ROOM, average
from explorer.models.requests import ImageRequest, canonical
from explorer.page.choice import EXPLORE, NONE, address, parse, professions
from explorer.page.error_pages import errors_told
from explorer.page.rendering import render
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from starlette.requests import Request

    from explorer.findings.findings import Findings
    from explorer.models.catalog import ModelCard
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.perception.instruments import Detector
    from explorer.study import Study

_YEAR_SECONDS = 365 * 24 * 60 * 60
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Figure:
    """The average of one model's images of a row; `source` is empty where none are stored."""

    model: str
    alt: str
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One adjective or profession, or all images together."""

    title: str
    figures: tuple[Figure, ...]


def panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the averages of a study: of one profession by adjective, of several by profession."""
    made = findings.study
    return render(
        "average.html",
        rows=[_row(desk, choice, title, part) for title, part in _parts(choice, made)],
        sides=len(made.models),
        bundled=[card for card in made.models if card.bundled],
        searched=not all(card.bundled for card in made.models),
        room=ROOM,
    )


def routes(desk: "Desk") -> "list[Route]":
    """Return the routes of averages and of the numbers of images in them.

    The address of an average has a digest of the images in it, so that it never changes.
    """

    def picture(request: "Request") -> Response:
        made, images = _asked(desk, request)
        (card,) = made.models
        found = average(desk.store, _keys(images), _detector(card))
        if found is None:
            return PlainTextResponse(_("No images are stored."), 404)
        same = request.path_params["digest"] == _digest(card, images)
        lasting = f"public, max-age={_YEAR_SECONDS}, immutable" if same else "no-cache"
        return Response(found.webp, media_type="image/webp", headers={"Cache-Control": lasting})

    def told(request: "Request") -> Response:
        made, images = _asked(desk, request)
        (card,) = made.models
        found = average(desk.store, _keys(images), _detector(card))
        text = average_sentence(found, made.size, searched=not card.bundled) if found else ""
        return PlainTextResponse(text, headers={"Cache-Control": "no-cache"})

    return [
        Route("/average/{digest}.webp", errors_told(picture)),
        Route("/average/{digest}.txt", errors_told(told)),
    ]


def _parts(choice: "Choice", made: "Study") -> "list[tuple[str, Choice]]":
    """Return the title and the choice of each row, all images together first."""
    names = [one.name for one in professions(choice)]
    together = (_("all together"), choice)
    if len(names) > 1:
        return [(name, replace(choice, professions=(name,))) for name in names]
    if len(made.adjectives) == 1:
        return [together]
    return [
        together,
        *(
            (word or _("no adjective"), replace(choice, adjectives=(word or NONE,)))
            for word in made.adjectives
        ),
    ]


def _row(desk: "Desk", choice: "Choice", title: str, part: "Choice") -> Row:
    made = desk.study(part)
    return Row(
        title,
        tuple(
            _figure(desk, replace(part, models=(name,)), replace(made, models=(card,)), title)
            for name, card in zip(choice.models, made.models, strict=True)
        ),
    )


def _figure(desk: "Desk", part: "Choice", made: "Study", title: str) -> Figure:
    (card,), images = made.models, _stored(desk, made)
    name = f"average/{_digest(card, images)}.webp{address(replace(part, near=''))}"
    alt = _("Average of the images by {model}: {row}").format(model=card.spec.name, row=title)
    return Figure(card.spec.name, alt, name if images else "")


def _asked(desk: "Desk", request: "Request") -> "tuple[Study, tuple[ImageRequest, ...]]":
    """Return the study of one model in the address of an average, and its stored images."""
    choice = parse(request.query_params, EXPLORE)
    made = desk.study(choice)
    return made, _stored(desk, made)


def _stored(desk: "Desk", made: "Study") -> tuple[ImageRequest, ...]:
    """Return the stored images of one model; the first ones are of all prompts."""
    (card,) = made.models
    here = desk.store.replicates(made.asked(card))
    prompts = made.prompts
    return tuple(
        ImageRequest(card.spec, prompt, replicate)
        for replicate in range(made.images)
        for prompt in prompts
        if (prompt.text, replicate) in here
    )


def _keys(images: tuple[ImageRequest, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(image.key for image in images[:ROOM]))


def _digest(card: "ModelCard", images: tuple[ImageRequest, ...]) -> str:
    """Return a digest of the images and of the way of averaging them."""
    asked = [(image.prompt.text, image.replicate) for image in images[:ROOM]]
    text = canonical([card.spec.identity, asked, _detector(card)])
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _detector(card: "ModelCard") -> "Detector | None":
    """Return the face detector; the bundled models place every face alike."""
    return None if card.bundled else detector()
