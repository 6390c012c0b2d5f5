from dataclasses import replace

from explorer.report.card import GAP, SLOPE, Card, Number, Result
from explorer.report.limits import (
    Limit,
    exceeding,
    exceeding_sentences,
    passed_sentence,
    unchecked_sentences,
)


def result(low: float, high: float, *, kind: str = GAP, clear: bool = True) -> Result:
    found = Number((low + high) / 2, low, high)
    return Result(kind, "nurse", "Told.", found, 0.95, 0, 20, "images", 0.01, 3, clear)


def test_a_limit_is_exceeded_only_by_a_whole_interval_of_a_clear_result() -> None:
    limit = Limit(GAP, 0.15, "--max-gap")
    assert limit.is_exceeded(result(0.16, 0.3))
    assert limit.is_exceeded(result(-0.3, -0.16))
    assert not limit.is_exceeded(result(0.14, 0.3))
    assert not limit.is_exceeded(result(0.15, 0.3))
    assert not limit.is_exceeded(result(-0.3, -0.1))
    assert not limit.is_exceeded(result(0.16, 0.3, clear=False))


def test_a_slope_is_too_high_but_never_too_low() -> None:
    limit = Limit(SLOPE, 1.3, "--max-slope")
    assert limit.is_exceeded(result(1.4, 2, kind=SLOPE))
    assert not limit.is_exceeded(result(1.2, 2, kind=SLOPE))
    assert not limit.is_exceeded(result(-3, -2, kind=SLOPE))
    assert not limit.is_exceeded(result(1.4, 2, kind=GAP))


def test_a_sentence_names_the_limit_the_finding_and_its_interval(card: Card) -> None:
    limits = [Limit(SLOPE, 1.0, "--max-slope"), Limit(GAP, 0.05, "--max-gap")]
    found = exceeding(card, limits)
    told = list(exceeding_sentences(found))
    slope = card.professions.slope
    assert slope is not None
    assert told[0].startswith("--max-slope 1: the slope over professions, ")
    assert f"({slope.number.low:.2f} to {slope.number.high:.2f})" in told[0]
    assert all(line.startswith("--max-gap 5: the gap of '") for line in told[1:])
    assert len(told) > 1


def test_a_limit_without_a_result_is_said_to_be_unchecked(card: Card) -> None:
    bare = replace(card, beside=None)
    limits = [Limit("difference", 0.1, "--max-difference"), Limit(GAP, 1.0, "--max-gap")]
    (told,) = unchecked_sentences(bare, limits)
    assert told.startswith("--max-difference is not checked")
    assert "--against" in told
    assert exceeding(bare, limits) == []
    assert passed_sentence(bare, limits).startswith("fake-a: ")
