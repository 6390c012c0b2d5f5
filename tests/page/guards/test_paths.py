"""What of Gradio answers, and that it tells nobody where things lie."""

import json
import sys
from pathlib import Path

import gradio as gr
import httpx2
import pytest
from gradio.events import api
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from explorer.page.events import VISITORS
from explorer.page.guards.paths import Paths
from explorer.page.routes import routes as our_routes
from explorer.settings import repository
from tests.page.guards.conftest import Visitor

CLOSED = [
    "api/predict",
    "api/changed",
    "component_server",
    "custom_component/a/client/component/index.js",
    "deep_link?session_hash=a",
    "dev/reload",
    "file=http://127.0.0.1:1/secret",
    "file=https://example.com/large",
    "file/etc/passwd",
    "login_check",
    "openapi.json",
    "process_recording",
    "proxy=https://someone.hf.space/secret",
    "queue/status",
    "reset",
    "run/changed",
    "run-history/buckets",
    "runs",
    "stream/a",
    "stream/a/b/0/playlist.m3u8",
    "token",
    "undo-vibe-edit",
    "user",
    "vibe-code",
    "vibe-edit",
    "vibe-starter-queries",
]
# What is left of Gradio, with the answer to a stranger.
OPEN = {
    "/": 200,
    "/login": 405,
    "/logout": 302,
    "/config": 200,
    "/manifest.json": 200,
    "/monitoring": 403,
    "/monitoring/summary": 403,
    "/monitoring/{key}": 403,
    "/pwa_icon": 404,
    "/pwa_icon/{size}": 422,
    "/robots.txt": 200,
    "/favicon.ico": 200,
    "/theme.css": 200,
    "/static/{path:path}": 404,
    "/svelte/{path:path}": 404,
    "/assets/{path:path}": 404,
    "/gradio_api/app_id": 200,
    "/gradio_api/cancel": 405,
    "/gradio_api/info": 200,
    "/gradio_api/queue/join": 405,
    "/gradio_api/queue/data": 422,
    "/gradio_api/run/{api_name}": 404,
    "/gradio_api/startup-events": 200,
    "/gradio_api/theme.css": 404,
    "/gradio_api/upload": 405,
    "/gradio_api/upload_progress": 422,
    "/gradio_api/heartbeat/{session_hash}": 200,
    "/gradio_api/file={path_or_url:path}": 403,
}


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("body", [None, {"data": [], "fn_index": 0, "session_hash": "a"}])
def test_what_the_page_does_not_need_is_not_found(
    visitor: Visitor, path: str, body: object
) -> None:
    for variant in (path, f"{path}/", path.replace("/", "%2F")):
        answer = visitor.ask(f"/gradio_api/{variant}", body)
        assert answer.status == 404, variant


def test_a_path_of_gradio_that_is_new_is_noticed(visitor: Visitor) -> None:
    routes = visitor.site.page.app.routes
    paths = {one.path.rstrip("/") or "/" for one in routes if isinstance(one, Route)}
    ours = {one.path for one in our_routes(visitor.site.desk) if isinstance(one, Route)}
    views = {f"/{name}" for name, _title, _shown in visitor.site.page.pages if name}
    theirs = paths - ours - views
    found = {path: visitor.ask(path).status for path in theirs}
    expected = {path: OPEN.get(path, 404) for path in theirs}
    assert found == expected


def test_private_functions_do_not_answer_by_name(visitor: Visitor) -> None:
    functions = visitor.site.page.fns.values()
    names = {one.api_name for one in functions if one.api_visibility == "private"}
    assert len(names) > 20
    for name in map(str, names):
        for path in (f"call/{name}", f"call/v2/{name}", f"run/{name}", f"api/{name}"):
            assert visitor.ask(f"/gradio_api/{path}", {"data": []}).status == 404, path


def test_private_functions_by_number_wait_in_the_queue(visitor: Visitor) -> None:
    functions = visitor.site.page.fns
    for number, function in functions.items():
        asked = {"fn_index": number, "data": [], "session_hash": "a", "event_data": None}
        status = visitor.ask("/gradio_api/run/predict", asked).status
        assert status == 404 if function.queue else status in {200, 400}, function
    beside = {one.name for one in functions.values() if not one.queue}
    # To stop a run, to say what one sees in an image, and to leave.
    assert beside <= {"cancelled", "said", "left"}


def following(number: int) -> int:
    return number + 1


def test_public_functions_answer_programs_by_name() -> None:
    page = gr.Blocks()
    with page:
        api(following, api_name="following")
        api(following, api_name="hidden", api_visibility="private")
    guard = Middleware(Paths, uploads=True)
    page.launch(prevent_thread_lock=True, quiet=True, app_kwargs={"middleware": [guard]})
    with httpx2.Client(base_url=str(page.local_url), timeout=60) as client:
        asked = client.post("/gradio_api/call/following", json={"data": [1]})
        event = asked.json()["event_id"]
        answer = client.get(f"/gradio_api/call/following/{event}")
        assert answer.text == "event: complete\ndata: [2]\n\n"
        assert client.post("/gradio_api/call/hidden", json={"data": []}).status_code == 404
    page.close(verbose=False)


def test_the_queue_has_an_end(visitor: Visitor) -> None:
    queue = visitor.site.page._queue  # noqa: SLF001 - Gradio does not tell
    assert queue.max_size == 100
    assert queue.pending_messages_per_session.max_size == VISITORS
    assert visitor.site.page.app.state_holder.capacity == VISITORS


def test_a_file_can_be_given_by_no_address(visitor: Visitor) -> None:
    number = visitor.event("bx-upload", "upload")
    file = {"path": "http://127.0.0.1:1/a.csv", "meta": {"_type": "gradio.FileData"}}
    asked = {"fn_index": number, "data": [file], "session_hash": "address"}
    assert visitor.ask("/gradio_api/queue/join", asked).status == 200
    assert "not its address" in visitor.listen("address")


def places(visitor: Visitor) -> list[str]:
    cache = visitor.site.desk.settings.cache
    uploads = visitor.site.page.app.uploaded_file_dir
    found = (cache, cache.parent, repository(), Path.home(), sys.prefix, uploads)
    return [str(place) for place in found]


def test_nothing_tells_where_the_server_keeps_its_files(visitor: Visitor) -> None:
    wrong = "?model=/etc&left=/etc&country=/etc"
    for one in visitor.site.page.app.routes:
        path = one.path.partition("{")[0] if isinstance(one, (Route, Mount)) else "/"
        if path.startswith("/gradio_api/heartbeat"):
            continue
        for query, body in (("?images=2&adjectives=none", None), (wrong, None), ("", {})):
            answer = visitor.ask(path + query, body)
            text = answer.text + json.dumps(dict(answer.headers))
            assert not [place for place in places(visitor) if place in text], path + query


@pytest.mark.parametrize("view", ["", "compare", "gaps", "pronouns", "annotate", "footprint"])
def test_no_view_tells_where_the_server_keeps_its_files(visitor: Visitor, view: str) -> None:
    pages = json.loads(visitor.ask("/config").text)["page"]
    session = f"view-{view}"
    for number in pages[view]["dependencies"]:
        function = visitor.site.page.fns[number]
        if any(name == "load" for _, name in function.targets):
            asked = {"data": [], "session_hash": session, "fn_index": number}
            visitor.ask("/gradio_api/queue/join", asked)
            text = visitor.listen(session)
            assert "process_completed" in text
            assert not [place for place in places(visitor) if place in text]


@pytest.mark.parametrize(
    ("path", "uploads", "status"),
    [("upload", True, 200), ("upload", False, 404), ("queue/join", False, 200)],
)
def test_in_public_nothing_is_uploaded(path: str, status: int, *, uploads: bool) -> None:
    app = Paths(PlainTextResponse("done"), uploads=uploads)
    client = TestClient(Starlette(routes=[Mount("/", app)]))
    assert client.post(f"/gradio_api/{path}").status_code == status
