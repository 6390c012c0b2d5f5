"""Whom the page answers: not other websites, and not under other names."""

import socket

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from explorer.page.guards.hosts import Hosts
from explorer.settings import Address
from tests.page.guards.conftest import Visitor

FOREIGN = "http://evil.example"
JOIN = "/gradio_api/queue/join"


def status(host: str, address: Address) -> int:
    client = TestClient(Hosts(PlainTextResponse("shown"), address))
    return client.get("/", headers={"Host": host}).status_code


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost:7860", Address()),
        ("LOCALHOST.:7860", Address()),
        ("127.0.0.1:7860", Address()),
        ("[::1]:7860", Address()),
        ("192.168.1.5:7860", Address("192.168.1.5")),
        ("192.168.1.5:7860", Address("0.0.0.0")),  # noqa: S104 - never bound
        (f"{socket.gethostname()}:7860", Address("0.0.0.0")),  # noqa: S104 - never bound
        ("bias.example.org", Address(root_path="https://bias.example.org/tool")),
        ("bias.example.org", Address(hosts=("Bias.example.org",))),
        ("a.example.org", Address(hosts=(".example.org",))),
    ],
)
def test_the_page_is_served_under_its_own_names(host: str, address: Address) -> None:
    assert status(host, address) == 200


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("evil.example", Address()),
        ("evil.example:7860", Address("0.0.0.0")),  # noqa: S104 - never bound
        ("localhost.evil.example", Address()),
        ("192.168.1.5:7860", Address()),
        ("example.org", Address(hosts=(".example.org",))),
        ("evilexample.org", Address(hosts=(".example.org",))),
        ("[::1", Address()),
        ("", Address()),
    ],
)
def test_a_name_that_leads_here_but_is_not_ours_is_refused(host: str, address: Address) -> None:
    assert status(host, address) == 403


def test_a_refused_name_says_how_to_allow_it(visitor: Visitor) -> None:
    answer = visitor.ask("/csv/images.csv", Host="evil.example")
    assert answer.status == 403
    assert "'evil.example'" in answer.text
    assert "EXPLORER_HOSTS" in answer.text
    assert "author" not in answer.text


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
@pytest.mark.parametrize(
    "path", [JOIN, "/gradio_api/run/predict", "/gradio_api/upload", "/gradio_api/cancel", "/login"]
)
def test_other_websites_change_nothing(visitor: Visitor, path: str, said: dict[str, str]) -> None:
    # Forms of other websites may send these types without being asked whether they may.
    for kind in ("text/plain", "multipart/form-data; boundary=x"):
        answer = visitor.ask(path, b"{}", Content_Type=kind, **said)
        assert answer.status == 403, kind


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/queue/data?session_hash=a",
        "/gradio_api/heartbeat/a",
        "/gradio_api/info",
        "/gradio_api/startup-events",
    ],
)
def test_other_websites_listen_to_nothing(visitor: Visitor, path: str) -> None:
    assert visitor.ask(path, Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize("path", ["/", "/compare", "/config", "/csv/tallies.csv", "/theme.css"])
def test_other_websites_may_link_but_cannot_read(visitor: Visitor, path: str) -> None:
    answer = visitor.ask(path, Origin=FOREIGN, Sec_Fetch_Site="cross-site")
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_other_websites_are_not_told_that_they_may_ask(visitor: Visitor) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Origin": FOREIGN}
    answer = visitor.ask(JOIN, method="OPTIONS", **asked)
    assert answer.status == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_behind_a_proxy_the_page_may_ask(visitor: Visitor) -> None:
    said = {"Origin": "https://bias.example.org", "X_Forwarded_Host": "bias.example.org"}
    assert visitor.ask(JOIN, {"data": []}, **said).status == 400


def test_programs_may_ask(visitor: Visitor) -> None:
    asked = {"fn_index": visitor.event("bx-generate", "click"), "data": [], "session_hash": "a"}
    assert visitor.ask(JOIN, asked).status == 200
