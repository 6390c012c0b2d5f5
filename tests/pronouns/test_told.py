import math
from dataclasses import replace
from pathlib import Path

from explorer.pronouns.beside import beside
from explorer.pronouns.kept import Completions, Kept, keep
from explorer.pronouns.language import CAUSAL, MASKED
from explorer.pronouns.loading import CHAT_REQUEST
from explorer.pronouns.probe import Lean, leans
from explorer.pronouns.scores import Score
from explorer.pronouns.source import Source
from explorer.pronouns.templates import TEMPLATES
from explorer.pronouns.told import (
    changed_sentence,
    completion_sentences,
    lean_sentences,
    probe_sentences,
)
from explorer.words.vocabulary import load_professions

KEPT = Kept("writer", "1", CAUSAL, chat=False)


def scores(factor: float, mass: float = 0.9) -> list[Score]:
    return [
        Score(
            template,
            profession.name,
            (factor * math.log(share / (1 - share)) + place / 10, 0.0, -1.0),
            None,
            mass,
        )
        for place, template in enumerate(TEMPLATES)
        for profession in load_professions()
        if (share := profession.women_share())
    ]


def told(factor: float, kept: Kept = KEPT, mass: float = 0.9, generator: str | None = None) -> str:
    rows = beside(leans(scores(factor, mass)), 2023, {})
    return " ".join(probe_sentences(kept, rows, generator, 2023))


def test_the_headline_counts_professions_and_names_the_extremes() -> None:
    text = told(1.6)
    assert text.startswith("Of 150 professions, writer expects “she” for ")
    assert "Most of all she: dental hygienist" in text
    assert "Most of all he: plumber (<1% she)" in text


def test_a_hair_above_a_half_is_no_lean() -> None:
    text = " ".join(lean_sentences("writer", [lean("nurse", 0.003), lean("judge", -0.1)]))
    assert "“she” for 0, “he” for 0, and both about equally (45% to 55% she) for 2." in text
    assert "Most of all" not in text


def lean(profession: str, log_odds: float) -> Lean:
    return Lean(profession, (Score("t", profession, (log_odds, 0.0, -1.0), None, 0.9),))


def test_the_slope_is_a_verdict() -> None:
    assert "The model exaggerates the differences" in told(1.6)
    assert "1.60 times as much" in told(1.6)
    assert "The model understates the differences" in told(0.2)


def test_the_spread_of_templates_is_called_no_interval() -> None:
    text = told(1)
    assert "The 8 templates disagree by 0.70" in text
    assert "no confidence interval" in text


def test_they_and_the_mass_are_always_told() -> None:
    assert "She, he and they together are 90% probable at their place." in told(1)
    assert "“they” has" in told(1)
    assert "Careful: she, he and they together are only 3% probable" in told(1, mass=0.03)


def test_chat_and_kind_are_told() -> None:
    assert CHAT_REQUEST in told(1, replace(KEPT, chat=True))
    assert CHAT_REQUEST not in told(1)
    assert "by masking the pronoun" in told(1, replace(KEPT, kind=MASKED))
    assert "by the probability of the whole sentence" in told(1)


def test_images_that_are_not_there_are_told() -> None:
    assert "Beside the images of sd: fewer than 10" in told(1, generator="sd")


def test_completions_are_told_with_the_empty_ones_and_the_significant_words() -> None:
    she = Completions(TEMPLATES[0], "she", ("a nurse",) * 40 + ("",) * 2)
    he = Completions(TEMPLATES[0], "he", ("a carpenter",) * 40)
    kept = replace(KEPT, completions=(she, he))
    text = " ".join(completion_sentences(kept, TEMPLATES, ("nurse", "carpenter")))
    assert (
        "writer continued “she” 42 times; 40 named one of the professions and 2 were empty." in text
    )
    assert (
        "more often after “she”: nurse (40 against 0 times, +100 points, 95% interval +88" in text
    )
    assert "more often after “he”: carpenter (0 against 40 times, \N{MINUS SIGN}100" in text


def test_a_word_belongs_to_the_pronoun_with_the_larger_share_of_it() -> None:
    she = Completions(TEMPLATES[0], "she", ("a nurse",) * 100 + ("a carpenter",) * 900)
    he = Completions(TEMPLATES[0], "he", ("a nurse",) * 30 + ("a carpenter",) * 70)
    kept = replace(KEPT, completions=(she, he))
    text = " ".join(completion_sentences(kept, TEMPLATES, ("nurse", "carpenter")))
    assert "more often after “he”: nurse (100 against 30 times" in text
    assert "more often after “she”: carpenter" in text


def test_equal_completions_name_no_word() -> None:
    same = [Completions(TEMPLATES[0], pronoun, ("a nurse",) * 5) for pronoun in ("she", "he")]
    kept = replace(KEPT, completions=tuple(same))
    assert "No profession is clearly" in " ".join(completion_sentences(kept, TEMPLATES, ("nurse",)))


def test_a_masked_model_is_said_to_continue_nothing() -> None:
    (text,) = completion_sentences(replace(KEPT, kind=MASKED), TEMPLATES, ("nurse",))
    assert text == "writer fills gaps and does not continue a text."


def test_a_model_is_told_as_changed_only_before_its_new_version_is_asked(cache: Path) -> None:
    source = Source("writer", "2", CAUSAL, cache)
    assert changed_sentence(source, cache) is None
    keep(cache, KEPT)
    assert "it was version 1 then, and is 2 now" in (changed_sentence(source, cache) or "")
    keep(cache, replace(KEPT, revision="2"))
    assert changed_sentence(source, cache) is None
    assert changed_sentence(replace(source, revision="1"), cache) is None
