"""Compare blind: what is told once the models are revealed.

The page asks with three counts, which are told and forgotten (blind.js keeps the choices).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

from explorer.errors import InvalidData
from explorer.findings.readable import chance_text
from explorer.numbers import localised
from explorer.page.choice import COMPARE, parse, said_in, whole_in
from explorer.page.error_pages import errors_told
from explorer.page.rendering import render
from explorer.statistics.intervals import FEWEST, Interval, clopper_pearson
from explorer.statistics.significance import against_reference
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from explorer.page.desk import Desk

_LETTERS = "abcd"
_CLEAR = 0.05


@dataclass(frozen=True, slots=True)
class Chosen:
    """How often a model was chosen, and its share of the choices, None of too few."""

    model: str
    count: int
    share: Interval | None


def routes(desk: "Desk") -> "list[Route]":
    """Return the route that tells how often each of two models was chosen; it stores nothing."""

    def answer(request: "Request") -> "Response":
        return HTMLResponse(_answer(desk, request.query_params))

    return [Route("/blind", errors_told(answer))]


def told(models: tuple[str, str], counts: tuple[int, int], ties: int) -> str:
    """Return the verdict and the counts as HTML.

    Args:
        models: the names of two models.
        counts: how often each was chosen.
        ties: how often neither was.
    """
    total = sum(counts)
    chosen = [
        Chosen(model, count, clopper_pearson(count, total) if total >= FEWEST else None)
        for model, count in zip(models, counts, strict=True)
    ]
    return render("blind_told.html", verdict=_verdict(chosen, total), chosen=chosen, ties=ties)


def _answer(desk: "Desk", asked: "QueryParams") -> str:
    made = desk.study(parse(asked, COMPARE))
    first, second = _pair(said_in(asked, "pair", "ab"), [card.spec.name for card in made.models])
    one, other, ties = (
        whole_in(name, said_in(asked, name, "0")) for name in ("first", "second", "ties")
    )
    return told((first, second), (one, other), ties)


def _pair(text: str, names: list[str]) -> list[str]:
    known = dict(zip(_LETTERS, names, strict=False))
    pair = [known[letter] for letter in text if letter in known]
    if not len(text) == len(set(text)) == len(pair) == 2:  # noqa: PLR2004 - a pair
        raise InvalidData(
            _(
                "pair is {text!r:.80} in the address. Give the letters of two models, such as ab."
            ).format(text=text)
        )
    return pair


def _verdict(chosen: list[Chosen], total: int) -> str:
    if total < FEWEST:
        return _(
            "Too few choices to tell. At least {fewest} are needed; pairs without a difference do "
            "not count."
        ).format(fewest=FEWEST)
    most = max(chosen, key=lambda one: one.count)
    p = against_reference(most.count, total, 0.5)
    if p is None or p > _CLEAR:
        text = _("No clear choice: chance alone could explain these counts (p {p}).")
    else:
        text = _(
            "You chose {model} clearly more often: chance alone would seldom give such counts "
            "(p {p})."
        )
    return text.format(model=most.model, p=localised(chance_text(p) or ""))
