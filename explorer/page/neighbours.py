"""The images nearest to one, and clusters of images that look alike; nobody is given a label."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from explorer.errors import ExplorerError, UnknownName
from explorer.findings.likeness import (
    CLUSTER_COLUMNS,
    NEIGHBOUR_COLUMNS,
    cluster_rows,
    neighbour_rows,
)
from explorer.findings.likeness_sentences import cluster_sentences, encoder_sentence
from explorer.footprint.metering import Meter
from explorer.likeness.clusters import clusters
from explorer.likeness.encoding import count_unencoded, encode, encoder_of
from explorer.likeness.nearest import nearest
from explorer.likeness.pool import pool
from explorer.page.choice import COMPARE, EXPLORE, NEIGHBOURS, address, parse
from explorer.page.files import File, file_route
from explorer.page.navigation import view_address
from explorer.page.rendering import render
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.store.blobs import file_name
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from explorer.findings.findings import Findings
    from explorer.likeness.clusters import Cluster, Clusters
    from explorer.likeness.nearest import Near
    from explorer.likeness.pool import Pool
    from explorer.models.requests import ImageRequest
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.progress import Progress
    from explorer.study import Study

    # A kind of word, the words that fill a cluster most, and the number of the others.
    Fillings = tuple[str, tuple["Filling", ...], int]

NEAREST = 24
_STRIP = 9
_WORDS = 6
_OFFERED = 42
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """An image with its words, and the address that shows its neighbours."""

    words: str
    model: str
    number: int
    thumbnail: str
    address: str
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """A word that fills a cluster: its number and share there, and its share of all images."""

    word: str
    count: int
    share: float
    share_of_all: float


@dataclass(frozen=True, slots=True)
class Strip:
    """A cluster: nine images nearest to its middle, and by kind of word what fills it."""

    images: int
    pictures: tuple[Picture, ...]
    fillings: "tuple[Fillings, ...]"


def panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the neighbours of the chosen image, or images to choose from, and the clusters."""
    made = findings.study
    try:
        images = pool(made, desk.store)
        near = _near(desk, choice, made)
    except ExplorerError as error:
        return render("neighbours.html", trouble=str(error))
    found = clusters(images)
    return render(
        "neighbours.html",
        trouble="",
        unencoded=count_unencoded(made, desk.store),
        may_encode=desk.store.is_writable and not desk.settings.is_public,
        address=address(choice),
        sample=None if images.images else view_address(replace(EXPLORE, tab=NEIGHBOURS)),
        without=view_address(replace(choice, near="")),
        near=near,
        is_lost=bool(choice.near) and near is None,
        offered=[] if near else _offered(choice, made, images),
        told=list(cluster_sentences(found)) if images.images else [],
        strips=[_strip(choice, found, one) for one in found.clusters],
        encoder=encoder_sentence(images.encoder),
    )


def routes(desk: "Desk") -> "list[Route]":
    """Return the routes of the files, and of the button that has images encoded."""
    made = [
        file_route(kind, f"{name}.{kind}", rows)
        for kind in ("csv", "json")
        for name, rows in (
            ("clusters", _cluster_file(desk, kind)),
            ("neighbours", _neighbour_file(desk, kind)),
        )
    ]
    return [*made, Route("/encode", _encoding(desk), methods=["POST"])]


def everywhere(desk: "Desk", made: "Study") -> "Study":
    """Return a study of all that neighbours are looked for in, as far as it is stored.

    These are the images of the chosen models and of those listed here with the same encoder, of
    all listed words and the chosen ones: what other people add is not shown to everybody.
    """
    encoder = encoder_of(made, made.models[0])
    listed = [card for card in desk.models if encoder_of(made, card) == encoder]
    models = {card.spec.identity: card for card in (*listed, *made.models)}
    words = (None, *(one.word for one in load_adjectives()))
    return replace(
        made,
        models=tuple(models.values()),
        professions=tuple(
            dict.fromkeys((*(one.name for one in load_professions()), *made.professions))
        ),
        adjectives=tuple(dict.fromkeys((*words, *made.adjectives))),
        images=MAX_IMAGES_PER_PROMPT,
    )


def _near(
    desk: "Desk", choice: "Choice", made: "Study"
) -> "tuple[Picture, list[Picture], int] | None":
    """Return the chosen image, its neighbours, and the number of images they are found among.

    None if no image is chosen, or none that is stored and encoded.
    """
    if not choice.near:
        return None
    images = pool(everywhere(desk, made), desk.store)
    try:
        place = images.place(choice.near)
    except UnknownName:
        return None
    found = nearest(images, place, NEAREST)
    chosen = _picture(choice, images.images[place])
    return chosen, [_neighbour(choice, one) for one in found], len(images.images)


def _neighbour(choice: "Choice", near: "Near") -> Picture:
    return replace(_picture(choice, near.image), distance=near.distance)


def _picture(choice: "Choice", image: "ImageRequest") -> Picture:
    prompt = image.prompt
    return Picture(
        words=_("{profession}, {adjective}").format(
            profession=word("profession", prompt.profession), adjective=_adjective(prompt.adjective)
        ),
        model=image.model.name,
        number=image.replicate + 1,
        thumbnail=f"thumb/{file_name(image.key)}",
        address=view_address(replace(choice, near=image.key[:_DIGITS])),
    )


def _said(attribute: str, one: str | None) -> str:
    if attribute == "adjectives":
        return _adjective(one)
    return word("profession", one or "") if attribute == "professions" else str(one)


def _adjective(adjective: str | None) -> str:
    return word("adjective", adjective) if adjective else _("no adjective")


def _offered(choice: "Choice", made: "Study", images: "Pool") -> list[Picture]:
    """Return the first image of each profession, or of each adjective of the only one."""
    seen: dict[tuple[str, str | None], Picture] = {}
    for image in images.images:
        prompt = image.prompt
        said = prompt.profession if len(made.professions) > 1 else prompt.adjective
        if (image.model.name, said) not in seen:
            seen[image.model.name, said] = _picture(choice, image)
    return list(seen.values())[:_OFFERED]


def _strip(choice: "Choice", found: "Clusters", cluster: "Cluster") -> Strip:
    pictures = tuple(_picture(choice, image) for image in cluster.images[:_STRIP])
    return Strip(len(cluster.images), pictures, fillings(found, cluster))


def fillings(found: "Clusters", cluster: "Cluster") -> "tuple[Fillings, ...]":
    """Return the fillings of one of the clusters; kinds with only one word are left out."""
    return tuple(
        (title, *_fillings(found, cluster, attribute))
        for title, attribute in (
            (_("Professions"), "professions"),
            (_("Adjectives"), "adjectives"),
            (_("Models"), "models"),
        )
        if len(set().union(*(getattr(one, attribute) for one in found.clusters))) > 1
    )


def _fillings(
    found: "Clusters", cluster: "Cluster", attribute: str
) -> tuple[tuple[Filling, ...], int]:
    """Return the words that fill a cluster most, and the number of the others."""
    own: Counter[str | None] = getattr(cluster, attribute)
    every: Counter[str | None] = sum((getattr(one, attribute) for one in found.clusters), Counter())
    most = tuple(
        Filling(_said(attribute, one), count, count / own.total(), every[one] / every.total())
        for one, count in own.most_common(_WORDS)
    )
    return most, len(own) - len(most)


def _cluster_file(desk: "Desk", kind: str) -> "Callable[[QueryParams], File]":
    def make(asked: "QueryParams") -> File:
        found = clusters(pool(_study(desk, _choice(asked)), desk.store))
        return File(f"clusters.{kind}", cluster_rows(found), CLUSTER_COLUMNS)

    return make


def _neighbour_file(desk: "Desk", kind: str) -> "Callable[[QueryParams], File]":
    def make(asked: "QueryParams") -> File:
        choice = _choice(asked)
        images = pool(everywhere(desk, _study(desk, choice)), desk.store)
        found = nearest(images, images.place(choice.near), NEAREST)
        return File(f"neighbours.{kind}", neighbour_rows(found), NEIGHBOUR_COLUMNS)

    return make


def _encoding(desk: "Desk") -> "Callable[[Request], Response]":
    """Return the answer to the button: a run begins, which the view then shows."""

    def answer(request: "Request") -> "Response":
        try:
            choice = _choice(request.query_params)
            made, meter = _study(desk, choice), Meter(desk.settings, choice.country)
        except ExplorerError as error:
            return PlainTextResponse(str(error), 400)
        if desk.settings.is_public:
            return PlainTextResponse(_("This page only shows what is stored."), 403)
        run = desk.runs.begin(made, partial(_steps, desk, made, meter))
        run.meter = run.meter or meter
        back = urlsplit(request.headers.get("referer", ""))
        # Only the path: nobody is led to another site. Two slashes would begin the name of one.
        path = "/" + back.path.lstrip("/")
        return RedirectResponse(f"{path}?{back.query}" if back.query else path, 303)

    return answer


def _steps(
    desk: "Desk", made: "Study", meter: Meter, stopped: "Callable[[], bool]"
) -> "Iterator[Progress]":
    batch = desk.settings.batch
    return encode(made, desk.store, desk.classifiers, stopped, batch, meter=meter)


def _choice(asked: "QueryParams") -> "Choice":
    return parse(asked, COMPARE if "left" in asked else EXPLORE)


def _study(desk: "Desk", choice: "Choice") -> "Study":
    return desk.study(choice)
