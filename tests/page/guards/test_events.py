"""What no event may do, whoever sends it."""

import pytest

from tests.page.guards.conftest import Visitor

REFUSED = "Open the page itself"


def told(visitor: Visitor, number: int, query: str) -> str:
    session = f"{number}{query}"
    asked = {"fn_index": number, "data": [], "session_hash": session}
    referer = f"{visitor.site.url}{query}"
    assert visitor.ask("/gradio_api/queue/join", asked, Referer=referer).status == 200
    return visitor.listen(session)


@pytest.mark.parametrize(
    ("target", "name"),
    [("bx-generate", "click"), ("bx-upload", "upload"), ("bx-labour", "click")],
)
def test_clicks_do_nothing_in_a_page_that_others_frame(
    visitor: Visitor, target: str, name: str
) -> None:
    number = visitor.event(target, name)
    assert REFUSED in told(visitor, number, "?embed=1")
    assert REFUSED not in told(visitor, number, "?embed=0")


def test_a_framed_page_shows_what_it_was_opened_for(visitor: Visitor) -> None:
    functions = visitor.site.page.fns.items()
    opened = [number for number, one in functions if any("load" in on for on in one.targets)]
    assert len(opened) > 5
    for number in opened:
        assert REFUSED not in told(visitor, number, "?embed=1")
