"""Programs that call the page's functions, over HTTP, beside the command line."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ListToolsResult, TextContent

from explorer import settings
from explorer.overview.shipped import shipped
from explorer.page.app import launch
from explorer.page.endpoints import SETTINGS, TableName
from explorer.page.tables import tables
from explorer.store.index import Store
from tests.browser.site import Site
from tests.commands import run
from tests.desk import fake_desk
from tests.fakes import FakeGenerator

NAMES = {"generate", "tallies", "compare", "overview", "csv", "estimate"}
TWO = ["emoji-skewed", "emoji-even"]
WORDS: dict[str, Any] = {"professions": ["pilot"], "adjectives": ["none", "honest"], "images": 12}
ONE = {"models": TWO[:1], **WORDS}
BOTH = {"models": TWO, **WORDS}
OPTIONS = "--profession pilot --adjective none --adjective honest --images 12"
PIXELS = "--axis gender --axis pixel-tone"
DOCS = (settings.repository() / "docs" / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a served app whose images are generated and classified by stand-ins."""
    folder = tmp_path_factory.mktemp("programs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_METER", "off")
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "temporary"))
        machine = settings.load(folder / "cache")
        generator = FakeGenerator()
        generator.filtered = lambda request: request.replicate == 3
        desk = fake_desk(machine, Store.open(machine.cache), generator)
        page = launch(desk)
        site = Site(str(page.local_url), desk, page)
        yield site
        site.close()


@pytest.fixture(scope="module")
def client(site: Site) -> Client:
    """Return a client of the app, which has generated the images."""
    client = Client(site.url, verbose=False)
    client.predict(**BOTH, api_name="/generate")
    return client


@pytest.fixture(autouse=True)
def _no_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.reference.sample.open_sample", lambda *_: None)


def told(site: Site, command: str) -> Any:
    """Return the JSON of a command about the cache of the app."""
    done = run(f"{command} --json --cache {site.desk.settings.cache}")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "asked", "command"),
    [
        ("tallies", ONE, f"tally --model emoji-skewed {OPTIONS}"),
        ("tallies", {**ONE, "by": "cell"}, f"tally --model emoji-skewed --by cell {OPTIONS}"),
        (
            "tallies",
            {**ONE, "settings": {"gate": "on", "year": 2021, "tone": "pixels"}},
            f"tally --model emoji-skewed --gate --year 2021 {PIXELS} {OPTIONS}",
        ),
        ("compare", BOTH, f"compare emoji-skewed emoji-even {OPTIONS}"),
        (
            "compare",
            {**BOTH, "by": "adjective"},
            f"compare emoji-skewed emoji-even --by adjective {OPTIONS}",
        ),
        ("estimate", BOTH, f"estimate --model emoji-skewed --model emoji-even {OPTIONS}"),
        (
            "estimate",
            {**ONE, "settings": {"country": "France", "steps": 7}},
            f"estimate --model emoji-skewed --country France --steps 7 {OPTIONS}",
        ),
    ],
)
def test_rows_are_those_of_the_command_line(
    site: Site, client: Client, name: str, asked: dict[str, Any], command: str
) -> None:
    rows = client.predict(**asked, api_name=f"/{name}")
    assert rows
    assert rows == told(site, command)


def test_an_overview_is_the_one_that_ships(client: Client) -> None:
    found = client.predict(models=TWO, api_name="/overview")
    assert [one["model"] for one in found] == TWO
    expected = shipped()["emoji-even"].lines[0]
    assert found[1]["lines"][0]["feminine"] == expected.feminine
    assert found[1]["lines"][0]["profession"] == expected.profession


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ({"table": "tallies"}, "tally --model emoji-skewed"),
        ({"table": "images"}, "images --model emoji-skewed"),
        (
            {"table": "tallies", "readable": True, "separator": "semicolon"},
            "tally --model emoji-skewed --readable --separator semicolon",
        ),
        (
            {"table": "adjectives", "byte_order_mark": True},
            "adjectives emoji-skewed --bom",
        ),
    ],
)
def test_a_table_is_what_the_command_line_writes(
    site: Site, client: Client, asked: dict[str, Any], options: str
) -> None:
    text = client.predict(**ONE, **asked, api_name="/csv")
    cache = site.desk.settings.cache
    assert text == run(f"{options} {OPTIONS} --csv - --cache {cache}").stdout


def test_every_table_of_the_page_can_be_asked_for() -> None:
    # That of two models is the same as that of one.
    assert {f"{name}.csv" for name in get_args(TableName)} | {"both.csv"} == {
        one.name for one in tables()
    }


def test_a_run_tells_its_progress_and_ends_with_the_counts(client: Client) -> None:
    asked = {**ONE, "professions": ["nurse", "poet"]}
    *before, last = client.submit(**asked, api_name="/generate")
    assert before[0]["total"] == 48
    assert last == {
        "stage": "over",
        "images": 48,
        "classified": 44 - last["abstained"],
        "abstained": last["abstained"],
        "filtered": 4,
        "unclassified": 0,
        "missing": 0,
        "usd": 0.0,
        "told": [],
    }


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("tallies", {**ONE, "models": ["emoji-skewd"]}, "emoji-skew"),
        ("tallies", {**ONE, "models": []}, "models names 0 models. Name 1 to 4."),
        ("compare", ONE, "models names 1 models. Name 2 to 4."),
        ("generate", {**ONE, "images": 1001}, "Give a whole number from 1 to 1000"),
        ("generate", {**ONE, "images": "many"}, "images is 'many'"),
        ("tallies", {**ONE, "professions": "nurse"}, "professions is 'nurse'"),
        ("tallies", {**ONE, "settings": {"stps": 3}}, "Did you mean 'steps'?"),
        ("csv", {**BOTH, "table": "gaps"}, "models names 2 models"),
        ("csv", {**ONE, "table": "secrets"}, "table is 'secrets'"),
        ("overview", {"models": [*TWO, *TWO, "a"]}, "5 models are named"),
    ],
)
def test_what_is_wrong_is_told(
    client: Client, name: str, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(AppError, match=re.escape(message)):
        client.predict(**asked, api_name=f"/{name}")


def test_programs_are_told_what_each_function_takes(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.strip("/") for name in named} == NAMES
    for name, function in named.items():
        assert f"`{name}`" in DOCS
        assert all(f"`{one['parameter_name']}`" in DOCS for one in function["parameters"])
    assert all(f"`{name}`" in DOCS for name in SETTINGS)
    assert all(f"`{name}`" in DOCS for name in get_args(TableName))


def test_the_example_runs(site: Site) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCS, flags=re.DOTALL)
    text = StringIO()
    with redirect_stdout(text):
        exec(example.replace("http://127.0.0.1:7860", site.url), {})  # noqa: S102 - our own docs
    assert "images are classified" in text.getvalue()
    assert re.search(r"feminine \d+ of \d+", text.getvalue())


async def through_mcp(url: str, calls: list[tuple[str, dict[str, Any]]]) -> tuple[Any, list[Any]]:
    """Return the listed tools and the answers to calls."""
    async with (
        streamable_http_client(f"{url}gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        listed = await session.list_tools()
        return listed, [await session.call_tool(name, asked) for name, asked in calls]


def test_mcp_answers_the_same_in_json(site: Site, client: Client) -> None:
    calls = [
        ("tallies", ONE),
        ("generate", ONE),
        ("tallies", {**ONE, "images": 0}),
        ("csv", {**ONE, "table": "tallies"}),
    ]
    listed, answers = asyncio.run(through_mcp(site.url, calls))
    assert isinstance(listed, ListToolsResult)
    assert {tool.name for tool in listed.tools} == NAMES
    tallies = next(tool for tool in listed.tools if tool.name == "tallies")
    assert str(tallies.description).startswith("Count how stored images are perceived")
    assert tallies.inputSchema["properties"]["images"]["type"] == "integer"
    assert "1 to 1000" in tallies.inputSchema["properties"]["images"]["description"]
    assert tallies.inputSchema["required"] == ["models", "professions"]
    texts = [text_of(one) for one in answers]
    assert json.loads(texts[0]) == client.predict(**ONE, api_name="/tallies")
    assert json.loads(texts[1])["filtered"] == 2
    assert answers[2].isError
    assert "Give a whole number from 1 to 1000" in texts[2]
    assert texts[3].startswith("model,profession,")


def text_of(answer: CallToolResult) -> str:
    """Return the only text of an answer."""
    (content,) = answer.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, True),
        ({"EXPLORER_MCP": "off"}, False),
        ({"EXPLORER_PUBLIC": "1"}, False),
        ({"EXPLORER_PUBLIC": "read-only"}, False),
        ({"EXPLORER_PUBLIC": "1", "EXPLORER_MCP": "on"}, True),
    ],
)
def test_mcp_is_open_at_home_and_in_public_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], *, expected: bool
) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert settings.load(tmp_path).mcp is expected
