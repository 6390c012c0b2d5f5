"""What browsers are told about every answer."""

import pytest
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from explorer.page.guards.headers import SecurityHeaders, hashes
from explorer.page.theme import head
from tests.page.guards.conftest import Visitor

VIEWS = ["", "compare", "gaps", "pronouns", "annotate", "footprint", "report"]


def policy(text: str) -> dict[str, str]:
    """Return the directives of a policy."""
    pairs = (one.strip().partition(" ") for one in text.split(";"))
    return {name: value for name, _, value in pairs}


def policy_of(visitor: Visitor, path: str) -> dict[str, str]:
    return policy(visitor.ask(path).headers["content-security-policy"])


@pytest.mark.parametrize("path", [*(f"/{view}" for view in VIEWS), "/nowhere"])
def test_a_page_runs_only_the_scripts_that_were_sent_with_it(visitor: Visitor, path: str) -> None:
    answer = visitor.ask(path, Accept="text/html")
    found = policy(answer.headers["content-security-policy"])
    scripts = found["script-src"].split()
    assert {"'self'", "'unsafe-eval'"} <= set(scripts)
    assert "'unsafe-inline'" not in scripts
    assert set(hashes(answer.text)) | set(hashes(head())) == {
        one for one in scripts if one.startswith("'sha256-")
    }
    assert found["default-src"] == "'self'"
    assert found["object-src"] == "'none'"
    assert found["base-uri"] == "'self'"
    assert found["form-action"] == "'self'"
    assert found["img-src"] == "'self' data: blob:"


@pytest.mark.parametrize(
    "path", ["/", "/config", "/csv/tallies.csv", "/theme.css", "/nowhere", "/gradio_api/info"]
)
def test_every_answer_has_the_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors" in headers["content-security-policy"]


def test_refusals_have_them_too(visitor: Visitor) -> None:
    headers = visitor.ask("/", Host="evil.example").headers
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/csv/tallies.csv", "/favicon.ico", "/theme.css"])
def test_a_file_that_is_opened_by_itself_runs_nothing(visitor: Visitor, path: str) -> None:
    found = policy_of(visitor, path)
    assert found["default-src"] == "'none'"
    assert "sandbox" in found


@pytest.mark.parametrize(
    ("path", "frames"),
    [
        ("/", "'self'"),
        ("/?embed=0", "'self'"),
        ("/?profession=embed=1", "'self'"),
        ("/?embed=1", "*"),
        ("/compare?images=9&embed=1", "*"),
    ],
)
def test_only_the_embed_form_may_be_framed_by_anybody(
    visitor: Visitor, path: str, frames: str
) -> None:
    assert policy_of(visitor, path)["frame-ancestors"] == frames


def test_in_a_space_the_hub_may_frame_the_page() -> None:
    client = TestClient(SecurityHeaders(HTMLResponse("<p>Page"), head="", in_space=True))
    found = policy(client.get("/").headers["content-security-policy"])
    assert found["frame-ancestors"] == "'self' https://huggingface.co"
