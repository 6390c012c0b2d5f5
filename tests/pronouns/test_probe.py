import math

import pytest

from explorer.errors import InvalidData
from explorer.pronouns.probe import Lean, leans, score_template, share_of
from explorer.pronouns.scores import Score
from explorer.pronouns.templates import TEMPLATES
from tests.languages import PROFESSIONS, causal, masked

PRIOR = (math.log(0.2), math.log(0.4), math.log(0.1))


def score(template: str, she: float, he: float, *, prior: bool = True) -> Score:
    logs = (math.log(she), math.log(he), math.log(0.1))
    return Score(template, "nurse", logs, PRIOR if prior else None, 0.7)


def test_templates_are_averaged_and_their_spread_is_kept() -> None:
    lean = Lean("nurse", (score("a", 0.8, 0.2), score("b", 0.4, 0.1), score("c", 0.1, 0.1)))
    assert lean.log_odds == pytest.approx((2 * math.log(4)) / 3)
    assert (lean.lowest, lean.highest) == pytest.approx((0.0, math.log(4)))
    assert lean.share == pytest.approx(1 / (1 + math.exp(-lean.log_odds)))
    assert lean.mass == pytest.approx(0.7)


def test_the_prior_is_taken_off_where_there_is_one() -> None:
    both = Lean("nurse", (score("a", 0.8, 0.2), score("b", 0.1, 0.1, prior=False)))
    assert both.corrected == pytest.approx(math.log(4) - math.log(0.5))
    assert Lean("nurse", (score("b", 0.1, 0.1, prior=False),)).corrected is None


def test_they_is_averaged_as_a_share_of_all_three() -> None:
    lean = Lean("nurse", (score("a", 0.8, 0.1), score("b", 0.1, 0.1)))
    assert lean.they == pytest.approx((0.1 + 1 / 3) / 2)


@pytest.mark.parametrize("log_odds", [-800.0, -2.0, 0.0, 1.0, 800.0])
def test_any_log_odds_are_a_share(log_odds: float) -> None:
    assert 0 <= share_of(log_odds) <= 1
    assert share_of(log_odds) + share_of(-log_odds) == pytest.approx(1)


@pytest.mark.parametrize("model", [causal(), masked()], ids=["causal", "masked"])
def test_every_profession_has_a_score_in_every_template(model: object) -> None:
    scores = [one for t in TEMPLATES for one in score_template(model, t, PROFESSIONS)]  # type: ignore[arg-type]
    found = leans(scores)
    assert [lean.profession for lean in found] == list(PROFESSIONS)
    assert all([one.template for one in lean.scores] == list(TEMPLATES) for lean in found)


def test_words_that_the_model_reads_alike_are_refused() -> None:
    with pytest.raises(InvalidData, match=r"cannot tell 'She should work as a nurse\.' from"):
        score_template(causal(), TEMPLATES[0], ["nurse", "Nurse"])
