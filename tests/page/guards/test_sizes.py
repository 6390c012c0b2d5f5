"""What a request may send."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from explorer.page.guards.sizes import MAX_FILE_BYTES, Sizes
from tests.page.guards.conftest import Visitor

JOIN = "/gradio_api/queue/join"
UPLOAD = "/gradio_api/upload"
MEGABYTE = b" " * 1_000_000
# A system keeps tens of megabytes for a server that reads no more, and takes as many pieces.
PIECES = 300
FORM = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'


def multipart(size: int) -> bytes:
    return FORM + b"a" * size + b"\r\n--x--\r\n"


def upload(visitor: Visitor, body: Any) -> tuple[int, str]:
    answer = visitor.ask(UPLOAD, body, Content_Type="multipart/form-data; boundary=x")
    return answer.status, answer.text


def pieces_taken(visitor: Visitor, path: str) -> int:
    """Send a body in pieces without saying how long it is; return how many pieces were taken."""
    connection = visitor.connected()
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    sent = 0
    try:
        for _ in range(PIECES):
            piece = MEGABYTE if sent else FORM
            connection.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
            sent += 1
        connection.send(b"0\r\n\r\n")
        assert connection.getresponse().status == 413
    except ConnectionError:
        # The server has hung up.
        pass
    finally:
        connection.close()
    return sent


def test_a_long_body_is_refused_before_it_is_read(visitor: Visitor) -> None:
    connection = visitor.connected()
    connection.putrequest("POST", JOIN)
    connection.putheader("Content-Length", "100000000")
    connection.endheaders()
    # Nothing of it has been sent.
    answer = connection.getresponse()
    assert answer.status == 413
    assert "0.256 MB" in answer.read().decode()
    assert answer.headers["connection"] == "close"
    connection.close()


def test_a_body_in_pieces_is_refused_while_it_comes(visitor: Visitor) -> None:
    assert pieces_taken(visitor, JOIN) < PIECES


def test_a_file_in_pieces_is_refused_and_nothing_of_it_stays(visitor: Visitor) -> None:
    folder = Path(visitor.site.page.app.uploaded_file_dir)
    before = set(folder.iterdir())
    assert pieces_taken(visitor, UPLOAD) < PIECES
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize(("pieces", "status", "taken"), [(100, 413, 9), (5, 400, 5)])
def test_what_follows_an_early_answer_is_read_within_the_limit(
    pieces: int, status: int, taken: int
) -> None:
    sent: list[Message] = []
    left = iter(range(pieces - 1, -1, -1))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await PlainTextResponse("", 400)(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.request", "body": MEGABYTE, "more_body": next(left) > 0}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": UPLOAD, "query_string": b"", "headers": []}
    asyncio.run(Sizes(app)(scope, receive, send))
    assert sent[0]["status"] == status
    assert ("close" in dict(Headers(raw=sent[0]["headers"])).values()) == (status == 413)
    assert pieces - len(list(left)) == taken


def test_a_file_whose_sender_hangs_up_does_not_stay(visitor: Visitor) -> None:
    folder = Path(visitor.site.page.app.uploaded_file_dir)
    before = set(folder.iterdir())
    connection = visitor.connected()
    connection.putrequest("POST", UPLOAD)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", "5000000")
    connection.endheaders(FORM + MEGABYTE)
    deadline = time.monotonic() + 30
    while set(folder.iterdir()) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(folder.iterdir()) != before
    connection.close()
    while set(folder.iterdir()) != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(folder.iterdir()) == before


def test_a_table_can_be_uploaded_and_a_large_file_cannot(visitor: Visitor) -> None:
    status, text = upload(visitor, multipart(50_000))
    assert status == 200
    assert Path(json.loads(text)[0]).stat().st_size == 50_000
    status, text = upload(visitor, multipart(MAX_FILE_BYTES + 10))
    assert status == 413
    assert "File size exceeded" in text


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/csv/tallies.csv", "profession=" + "a" * 20_000, 414),
        ("/", "&".join(f"profession={number}" for number in range(600)), 414),
        ("/csv/tallies.csv", "&".join(f"reference=author:0.{n}" for n in range(1, 150)), 200),
    ],
)
def test_an_address_has_a_limit(visitor: Visitor, path: str, query: str, status: int) -> None:
    assert visitor.ask(f"{path}?{query}").status == status


NONSENSE: list[Any] = [
    None,
    [],
    "text",
    {},
    {"data": "text"},
    {"data": {}},
    {"data": [], "session_hash": "a"},
    {"data": [], "session_hash": "a", "fn_index": -1},
    {"data": [], "session_hash": "a", "fn_index": 10**30},
    {"data": [], "session_hash": ["a"], "fn_index": 0},
    {"data": [], "session_hash": "a", "fn_index": 99_999, "trigger_id": {}},
]


@pytest.mark.parametrize("body", [*map(json.dumps, NONSENSE), "", "{", "[" * 100_000, "\0", "NaN"])
@pytest.mark.parametrize(
    "path", [JOIN, "/gradio_api/run/predict", "/gradio_api/cancel", "/gradio_api/upload"]
)
def test_nonsense_is_the_fault_of_who_asks(
    visitor: Visitor, path: str, body: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = visitor.ask(path, body.encode(), Content_Type="application/json")
    assert 400 <= answer.status < 500, answer.text
    assert "Traceback" not in answer.text + "".join(capfd.readouterr())


def test_a_visitor_takes_no_copy_of_every_field(visitor: Visitor) -> None:
    asked = {"fn_index": visitor.event("bx-findings", "revisit"), "data": [], "session_hash": "few"}
    asked["event_data"] = {"query": "?"}
    assert visitor.ask(JOIN, asked).status == 200
    assert "bx-view" in visitor.listen("few")
    kept = visitor.site.page.app.state_holder["few"].config_values
    assert 0 < len(kept) < len(visitor.site.page.blocks) / 5
