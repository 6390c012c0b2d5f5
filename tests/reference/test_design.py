import math

import pytest

from explorer.errors import UnknownName
from explorer.reference.design import BUNDLED, designed_mix, designed_mix_of, read_design
from explorer.reference.training.art import COSTUMES
from explorer.words.vocabulary import load_adjectives, load_professions


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def test_every_profession_has_one_of_the_twenty_costumes() -> None:
    places = read_design()["professions"]
    assert list(places) == [profession.name for profession in load_professions()]
    assert {place["costume"] for place in places.values()} == set(COSTUMES)
    assert len(COSTUMES) == 20


def test_the_skewed_share_is_the_labour_share_amplified() -> None:
    assert logit(designed_mix("emoji-skewed", "nurse").women) == pytest.approx(1.6 * logit(0.874))
    assert designed_mix("emoji-skewed", "carpenter").women < 0.01


def test_adjectives_shift_the_skewed_share_by_their_coding() -> None:
    plain, feminine, masculine = (
        logit(designed_mix("emoji-skewed", "author", coding).women)
        for coding in (None, "feminine", "masculine")
    )
    assert feminine - plain == pytest.approx(0.8)
    assert plain - masculine == pytest.approx(0.8)


def test_in_the_even_design_everything_is_even() -> None:
    for profession in ("nurse", "carpenter", None):
        for coding in (None, "feminine", "masculine"):
            mix = designed_mix("emoji-even", profession, coding)
            assert mix.women == 0.5
            assert mix.tones == pytest.approx((0.2,) * 5)


def test_tones_lean_light_and_are_darker_where_pay_is_low() -> None:
    low, high = (designed_mix("emoji-skewed", name).tones for name in ("janitor", "CEO"))
    assert high[0] > high[4]
    assert low[4] > high[4]


@pytest.mark.parametrize("model", BUNDLED)
def test_shares_sum_to_one(model: str) -> None:
    for profession in load_professions():
        mix = designed_mix(model, profession.name, "feminine")
        assert sum(mix.genders) == pytest.approx(1)
        assert sum(mix.tones) == pytest.approx(1)


def test_a_word_outside_the_vocabulary_is_a_plain_person() -> None:
    mix = designed_mix_of("emoji-skewed", "zookeeper", "purple")
    assert mix.costume == "plain"
    assert mix.women == 0.5


def test_a_word_of_the_vocabulary_is_found_in_any_case() -> None:
    adjective = load_adjectives()[0].word.upper()
    found = designed_mix_of("emoji-skewed", "NURSE", adjective)
    assert found == designed_mix("emoji-skewed", "nurse", "masculine")


def test_an_unknown_model_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="'emoji-skewed'"):
        designed_mix("emoji-skewd", "nurse")
