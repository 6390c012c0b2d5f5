"""A public page: what its visitors may do, and what a hostile one meets."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import Headers

from explorer.errors import NotAllowed, QuotaSpent, TooLarge
from explorer.page import desk as desks
from explorer.page import pronouns
from explorer.page.annotation_report import report
from explorer.page.annotation_task import Session, begin, save
from explorer.page.app import build
from explorer.page.choice import COMPARE, EXPLORE, Choice
from explorer.page.desk import Desk, open_runs
from explorer.page.permissions import Permissions
from explorer.page.pronoun_findings import Session as Asked
from explorer.page.quotas import Quota, Rate
from explorer.page.runs import Runs
from explorer.page.visitors import Visitor, visitor
from explorer.rules import Mode, Rules
from explorer.study import Study
from tests.fakes import fake_card
from tests.markup import parse_html
from tests.page.conftest import Generated
from tests.page.test_runs import PATIENCE, Work

ADA, BEN = Visitor("1.2.3.4"), Visitor("login ben", "ben")
AUTHOR = Study((fake_card(),), ("author",))
STUDIES = [replace(AUTHOR, images=number) for number in range(1, 8)]


@pytest.fixture
def public(desk: Desk) -> Desk:
    """Return the desk as its visitors find it on a public page."""
    settings = replace(desk.settings, mode=Mode.PUBLIC)
    may = Permissions(settings)
    return replace(
        desk,
        settings=settings,
        models=may.offered(desk.models),
        find_model=may.guarded(desk.find_model),
    )


@pytest.fixture
def crowded() -> Iterator[Runs]:
    """Return the runs of a public page."""
    settings = SimpleNamespace(is_public=True, rules=Rules(), cache=SimpleNamespace())
    runs = Runs(quota=Quota(settings.rules))
    yield runs
    runs.close()


def test_visitors_take_turns(crowded: Runs) -> None:
    works = [Work() for _ in range(4)]
    asked = [(STUDIES[0], "ada"), (STUDIES[1], "ada"), (STUDIES[2], "ada"), (STUDIES[3], "ben")]
    runs = []
    for (study, name), work in zip(asked, works, strict=True):
        run = crowded.begin(study, work, visitor=name, images=1)
        run.watching.add(name)
        runs.append(run)
    works[0].allowed.set()
    crowded.wait(runs[0], PATIENCE)
    while not works[3].steps:
        time.sleep(0.01)
    # Ben came last and is next, because Ada had the turn before.
    assert not works[1].steps
    for work in works:
        work.allowed.set()


def test_a_run_to_which_nobody_listens_never_holds_the_turn(crowded: Runs) -> None:
    deaf, heard = Work(), Work()
    crowded.begin(STUDIES[0], deaf, visitor="mallory", images=1)
    run = crowded.begin(STUDIES[1], heard, visitor="ada", images=1)
    run.watching.add("ada")
    deadline = time.monotonic() + PATIENCE
    while not heard.steps and time.monotonic() < deadline:
        time.sleep(0.01)
    assert heard.steps
    assert not deaf.steps
    heard.allowed.set()


def test_a_visitor_has_a_few_runs_at_once(crowded: Runs) -> None:
    for study in STUDIES[:3]:
        crowded.begin(study, Work(), visitor="mallory", images=1)
    with pytest.raises(QuotaSpent, match="3 runs that you began are not over"):
        crowded.begin(STUDIES[3], Work(), visitor="mallory", images=1)
    crowded.begin(STUDIES[4], Work(), visitor="ada", images=1)


def test_only_who_began_a_run_cancels_it(crowded: Runs, public: Desk) -> None:
    run = crowded.begin(STUDIES[0], Work(), visitor=ADA.name, images=1)
    with pytest.raises(NotAllowed, match="Only the visitor who began"):
        crowded.stop(STUDIES[0], public.may.stop_by(BEN))
    assert not run.stopped
    crowded.stop(STUDIES[0], public.may.stop_by(ADA))
    assert run.stopped


def test_the_operator_ends_all_runs(desk: Desk) -> None:
    runs = open_runs(desk.settings)
    run = runs.begin(AUTHOR, Work())
    time.sleep(0.05)
    (desk.settings.cache / "stop-runs").touch()
    runs.wait(run, PATIENCE)
    assert run.stopped
    assert run.over
    later = Work()
    again = runs.begin(AUTHOR, later)
    later.allowed.set()
    runs.wait(again, PATIENCE)
    assert not again.stopped
    runs.close()


def test_a_day_and_a_run_have_their_images() -> None:
    today = [date(2026, 11, 28)]
    quota = Quota(Rules(run_images=100, day_images=150), lambda: today[0])
    with pytest.raises(QuotaSpent, match="would generate 101 images"):
        quota.take("ada", 101)
    quota.take("ada", 100)
    with pytest.raises(QuotaSpent, match="used 100 of the 150 images"):
        quota.take("ada", 100)
    quota.take("ben", 100)
    quota.give_back("ada", 60)
    quota.take("ada", 100)
    today[0] = date(2026, 11, 29)
    quota.take("ada", 100)


@pytest.mark.parametrize(
    "choice",
    [
        replace(COMPARE, professions=("all",), images=1000),
        replace(COMPARE, professions=tuple(f"word {n}" for n in range(4000)), images=1),
        replace(EXPLORE, adjectives=tuple(f"word {n}" for n in range(7000)), images=1),
    ],
)
def test_too_large_a_study_is_refused_before_anything_of_it_is_built(
    public: Desk, choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []
    monkeypatch.setattr(desks, "study", lambda *asked: built.append(asked))
    with pytest.raises(TooLarge, match="this page shows"):
        public.study(choice)
    assert built == []


def test_a_public_page_finds_its_models_alone(public: Desk, tmp_path: Any) -> None:
    folder = tmp_path / "secret"
    folder.mkdir()
    answers = set()
    for name in (str(folder), str(tmp_path / "nowhere"), "a/model", "../emoji-skewed"):
        with pytest.raises(NotAllowed) as refused:
            public.find_model(name, "cpu")
        answers.add(str(refused.value).replace(repr(name), ""))
    # Nothing tells which of them exist.
    assert len(answers) == 1
    assert public.find_model("emoji-skewed (guidance 3)", "cpu").bundled


def test_models_of_the_operator_need_a_login(desk: Desk) -> None:
    rules = Rules(models=("stabilityai/sd-turbo",), accounts=(("ben", "word"),))
    may = Permissions(replace(desk.settings, mode=Mode.PUBLIC, rules=rules))
    card = may.guarded(desk.find_model)("stabilityai/sd-turbo", "cpu")
    study = Study((card,), ("author",))
    with pytest.raises(NotAllowed, match="sign in"):
        may.require_run(study, ADA)
    may.require_run(study, BEN)
    without = Permissions(replace(desk.settings, mode=Mode.PUBLIC, rules=Rules(rules.models)))
    assert "bundled models only" in without.refusal(study)


def test_a_page_for_reading_generates_nothing(desk: Desk) -> None:
    may = Permissions(replace(desk.settings, mode=Mode.READ_ONLY))
    with pytest.raises(NotAllowed, match="only looked at"):
        may.require_run(AUTHOR, BEN)


@pytest.mark.parametrize("mode", [Mode.PUBLIC, Mode.READ_ONLY])
def test_what_is_not_offered_is_absent_and_says_how_to_have_it(public: Desk, mode: Mode) -> None:
    page = build(replace(public, settings=replace(public.settings, mode=mode)))
    blocks = page.blocks.values()
    assert not [one for one in blocks if isinstance(one, gr.UploadButton)]
    names = {getattr(one, "elem_id", "") for one in blocks}
    assert not names & {"bx-annotator", "bx-start"}
    texts = [str(one.value) for one in blocks if isinstance(one, gr.HTML)]
    assert not [text for text in texts if "hub id or folder" in text]
    assert sum("duplicate the Space" in text for text in texts) >= 4


def test_annotations_belong_to_the_login(public: Desk, generated: Generated) -> None:
    generated(Choice(("emoji-skewed",), adjectives=("none",), images=30))
    with pytest.raises(NotAllowed, match="sign in"):
        public.may.annotator(ADA, "Ada")
    assert public.may.annotator(BEN, "Ada") == "ben"
    home = replace(public.may, settings=replace(public.settings, mode=Mode.HOME))
    assert home.annotator(ADA, "Ada") == "Ada"
    with pytest.raises(NotAllowed, match="nobody draws the sample anew"):
        public.may.require_samples()


def test_nobody_answers_faster_than_people_look() -> None:
    rate = Rate(3)
    for _ in range(3):
        rate.count("ben")
    with pytest.raises(QuotaSpent, match="3 answers within a minute"):
        rate.count("ben")
    rate.count("ada")


def test_only_trusted_annotators_correct(public: Desk, generated: Generated) -> None:
    generated(Choice(("emoji-skewed",), adjectives=("none",), images=30))
    for name in ("ben", "mallory"):
        asked = Session("emoji-skewed", "gender", name)
        for one in begin(public, asked).sample:
            save(public, begin(public, asked), one.image, one.answer or "feminine")
    public.store.annotations.trusted = frozenset({"nobody"})
    told = parse_html(report(public, Session("emoji-skewed", "gender")))
    assert "0 of the 30 images of the sample are annotated" in told.text
    public.store.annotations.trusted = frozenset({"ben"})
    told = parse_html(report(public, Session("emoji-skewed", "gender")))
    assert "30 of the 30 images" in told.text
    # Names are nobody's business.
    assert "mallory" not in told.text
    assert "annotator 1 (30), annotator 2 (30)" in told.text


def test_a_full_disk_gives_way_or_refuses(public: Desk, generated: Generated) -> None:
    own = Choice(("emoji-skewed",), ("lion tamer",), ("none",), images=4)
    generated(own)
    generated(replace(own, professions=("author",)))
    tight = replace(public.settings, rules=replace(public.settings.rules, disk_gb=1e-9))
    full = replace(public, settings=tight)
    with pytest.raises(QuotaSpent, match="The disk of this page is full"):
        full.make_room()
    # The images of added words went all the same.
    counts = {
        name: sum(n for _t, _f, n in public.store.image_counts(asked))
        for name in ("lion tamer", "author")
        for study in [public.study(replace(own, professions=(name,)))]
        for asked in [study.asked(study.models[0])]
    }
    assert counts == {"lion tamer": 0, "author": 4}


def request(headers: dict[str, str], host: str = "10.0.0.1") -> Any:
    raw = SimpleNamespace(headers=Headers(headers), scope={})
    return SimpleNamespace(username=None, request=raw, client=SimpleNamespace(host=host))


def test_a_hundred_pages_of_one_address_are_one_visitor(public: Desk) -> None:
    settings = public.settings
    forged = request({"x-forwarded-for": "9.9.9.9"})
    assert visitor(forged, settings) == Visitor("10.0.0.1")
    behind = replace(settings, rules=Rules(proxies=1))
    assert visitor(request({"x-forwarded-for": "9.9.9.9, 5.6.7.8"}), behind) == Visitor("5.6.7.8")
    one, other = (request({}, f"2001:db8::{end}") for end in (1, 2))
    assert visitor(one, settings) == visitor(other, settings)


def test_a_language_model_is_not_scored_in_public(public: Desk) -> None:
    (_loading, shown) = list(pronouns.ask(public, Asked()))
    assert "duplicate the Space" in parse_html(shown[0]).text
    html = pronouns.reply(public, replace(Asked(), model="/etc"))[0]
    assert "is not a model of this page" in parse_html(html).text
