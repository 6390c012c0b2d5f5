"""What a service did to prompts, what it costs and that nothing is paired, on the page."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from explorer import study as studies
from explorer.errors import CostLimitReached, InvalidData
from explorer.findings.findings import Findings
from explorer.generators.budget import Budget
from explorer.generators.find import generators
from explorer.models.backends import Diffusers
from explorer.models.requests import Image, ImageRequest
from explorer.page import compare, explore
from explorer.page.choice import STATISTICS, Choice, study
from explorer.page.desk import Desk
from explorer.page.todo import status_text, to_do
from explorer.study import Study
from tests.fakes import FakeClassifier, FakeGenerator
from tests.markup import parse_html
from tests.page.conftest import findings_of
from tests.service import ImageService, image_reply, serving, use_openai

MODEL = "openai:painter (32 px)"
ALONE = Choice((MODEL,), adjectives=("none",), images=12)
BESIDE = Choice((MODEL, "emoji-skewed"), adjectives=("none",), images=12)
REWRITTEN = "A woman who writes."


@dataclass(slots=True)
class FakeService(FakeGenerator):
    """Rewrites the prompt of even replicates and refuses the first."""

    def generate(self, requests: Sequence[ImageRequest]) -> Iterator[Image]:
        """Yield one image for each request, in order."""
        own = Diffusers("default", 1, 1.0, 32, 32, "float32")
        for request in requests:
            like = replace(request, model=replace(request.model, settings=own))
            (image,) = FakeGenerator().generate([like])
            revised = REWRITTEN if request.replicate % 2 == 0 else None
            if request.replicate:
                yield Image(request, image.pixels, revised=revised)
            else:
                yield Image(request, None, "refused (moderation_blocked): No")


def fill(desk: Desk, choice: Choice) -> Study:
    made = study(choice, desk.find_model, "cpu")
    for _ in studies.run(made, desk.store, lambda _: FakeService(), FakeClassifier):
        pass
    return made


def test_explore_tells_what_was_rewritten_and_refused(desk: Desk) -> None:
    fill(desk, ALONE)
    page = parse_html(explore.show(desk, ALONE, findings_of(desk, ALONE)))
    told = " ".join(line.text for line in page.all("p.bx-more"))
    assert "rewrote the prompts of 5 of 11 images" in told
    assert "5 of the rewritten prompts name a gender and 0 an ethnicity" in told
    assert "refused 1 image" in told
    assert "1 (moderation_blocked): No." in told
    assert "1 filtered" in told
    slot = page.one("li.filtered")
    assert slot.attributes["title"].endswith("filtered: refused (moderation_blocked): No")


def test_an_image_carries_its_rewritten_prompt_and_no_seed(desk: Desk) -> None:
    fill(desk, ALONE)
    page = parse_html(explore.show(desk, ALONE, findings_of(desk, ALONE)))
    facts = json.loads(page.one("ul.bx-thumbs").attributes["data-facts"])
    # The first is refused.
    assert [one and one[4:] for one in facts[:3]] == [None, [], [REWRITTEN]]
    assert [seed for seed, *_others in facts[1:]] == [None] * 11


def test_compare_pairs_nothing_and_says_so(desk: Desk) -> None:
    fill(desk, BESIDE)
    findings = findings_of(desk, BESIDE)
    page = parse_html(compare.show(desk, replace(BESIDE, tab=STATISTICS), findings))
    assert {one.text for one in page.all("p.bx-paired")} == {
        "No images are paired, because a service takes no seeds."
    }
    told = " ".join(line.text for line in page.all("p.bx-quote"))
    assert "Nothing is paired here" in told
    assert "rewrote the prompts" in told
    (gender, *_tones) = findings.differences("profession")
    assert gender.tests[0] is not None
    assert "unpaired" in gender.tests[0].method


def test_the_cost_is_said_before_a_run_and_without_a_limit_it_does_not_begin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced = replace(desk, settings=replace(desk.settings, price_usd=0.04))
    made = study(ALONE, desk.find_model, "cpu")
    told = status_text(to_do(made, priced), stopped=False)
    assert "12 images by openai:painter (32 px) cost about $0.48" in told
    with serving(ImageService()) as service:
        use_openai(monkeypatch, service)
        # The address is part of the model.
        made = study(ALONE, desk.find_model, "cpu")
        find = generators(priced.settings)
        with pytest.raises(InvalidData, match="--max-cost"):
            list(studies.run(made, desk.store, find, FakeClassifier))
        assert service.asked == []


def test_the_limit_is_for_all_runs_of_a_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(desk.settings, price_usd=0.04, max_cost_usd=0.2)
    budget = Budget(0.2)
    find = generators(settings, budget)
    with serving(ImageService(usual=image_reply)) as service:
        use_openai(monkeypatch, service)
        for images in (3, 12):
            made = study(replace(ALONE, images=images), desk.find_model, "cpu")
            run = studies.run(made, desk.store, find, FakeClassifier, at_once=4)
            if images == 3:
                list(run)
                continue
            with pytest.raises(CostLimitReached):
                list(run)
        assert len(service.generations) == 5
    counted = Findings(made, desk.store).tallies("profession", "gender")[0]
    assert counted.missing == 12 - 5
    assert budget.spent.usd == pytest.approx(0.2)
