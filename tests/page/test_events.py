"""How views tell that they work, and what an opened page shows first."""

from types import SimpleNamespace

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from explorer.page.app import build
from explorer.page.desk import Desk
from explorer.page.events import VISITORS, by_visitor, on_address, view_html


def is_view(block: object) -> bool:
    return isinstance(block, gr.HTML) and "biasExplorer.shown" in (block.js_on_load or "")


def test_every_view_shows_that_it_works_while_it_is_filled(desk: Desk) -> None:
    filling = [
        one
        for one in build(desk).fns.values()
        if {"load", "revisit", "input"} & {name for _, name in one.targets}
        and any(map(is_view, one.outputs))
    ]
    assert len(filling) > 20
    assert {one.show_progress for one in filling} == {"minimal"}


@pytest.mark.parametrize("first", [None, ["first line"]])
def test_an_opened_page_shows_the_first_line_and_then_the_answer_once(
    first: list[str] | None,
) -> None:
    page = gr.Blocks(analytics_enabled=False)
    with page:
        shown = view_html("shown")
        on_address(page, shown, lambda query, _: [query["a"]], [shown], lambda _query: first)
    request = SimpleNamespace(query_params=QueryParams("a=answer"), session_hash="me")
    opened = page.fns[0].fn
    assert opened is not None
    answers = [first] if first else []
    assert list(opened(request)) == [*answers, ["answer"]]


def test_of_too_many_visitors_those_that_still_look_are_not_forgotten() -> None:
    known = by_visitor()
    known["watching"] = known["listening"] = known["gone"] = "here"
    for number in range(2 * VISITORS):
        known[str(number)] = "here"
        assert known.get("watching") == "here"
        assert known["listening"] == "here"
    assert len(known) == VISITORS
    assert known.get("gone") is None
