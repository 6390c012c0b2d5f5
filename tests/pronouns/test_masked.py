import math

import pytest
import torch

from explorer.errors import ModelBroken
from explorer.pronouns.language import LanguageModel
from explorer.pronouns.masked import masked_scores
from explorer.pronouns.templates import PRONOUNS, TEMPLATES
from tests.languages import PROFESSIONS, masked

FIRST, LAST = TEMPLATES[0], TEMPLATES[-1]


def _in_gap(model: LanguageModel, text: str) -> list[float]:
    """Return the log-probability of each pronoun in the first gap of a text."""
    ids = model.tokenizer(text, return_tensors="pt").input_ids
    with torch.no_grad():
        found = model.network(ids).logits[0].log_softmax(-1)
    gap = ids[0].tolist().index(model.tokenizer.mask_token_id)
    return [float(found[gap, one]) for one in model.tokenizer.convert_tokens_to_ids(list(PRONOUNS))]


@pytest.mark.parametrize("batch", [1, 3, 32])
def test_the_pronoun_is_masked_and_nothing_else(batch: int) -> None:
    model = masked(batch)
    nurse, *_others, last = masked_scores(model, FIRST, PROFESSIONS)
    expected = _in_gap(model, "<mask> should work as a nurse.")
    assert nurse.sentence == pytest.approx(expected, abs=1e-4)
    assert nurse.mass == pytest.approx(sum(map(math.exp, expected)), rel=1e-4)
    longest = _in_gap(model, "<mask> should work as a customer service representative.")
    assert last.sentence == pytest.approx(longest, abs=1e-4)


def test_the_prior_masks_every_word_of_the_profession_too() -> None:
    model = masked()
    *_others, driver, _last = masked_scores(model, FIRST, PROFESSIONS)
    assert driver.prior == pytest.approx(
        _in_gap(model, "<mask> should work as a <mask> <mask>."), abs=1e-4
    )
    before = "The <mask> <mask> left because"
    *_others, driver, _last = masked_scores(model, LAST, PROFESSIONS)
    ids = model.tokenizer(f"{before} <mask> had finished.", return_tensors="pt").input_ids
    place = len(model.tokenizer(before).input_ids) - 1
    with torch.no_grad():
        found = model.network(ids).logits[0, place].log_softmax(-1)
    pronouns = model.tokenizer.convert_tokens_to_ids(list(PRONOUNS))
    assert driver.prior == pytest.approx(found[pronouns].tolist(), abs=1e-4)


def test_no_sum_over_masked_words_counts_a_profession_twice() -> None:
    """The log-odds are those of the pronoun's gap, whatever the gap of the profession says."""
    model = masked()
    nurse, *_others = masked_scores(model, FIRST, PROFESSIONS)
    she, he, _they = _in_gap(model, "<mask> should work as a nurse.")
    assert nurse.log_odds == pytest.approx(she - he, abs=1e-4)


def test_a_pronoun_of_several_tokens_cannot_fill_one_gap() -> None:
    model = masked()
    tokens = model.tokenizer
    tokens.backend_tokenizer.normalizer = _split_they()
    with pytest.raises(ModelBroken, match="as several tokens"):
        list(masked_scores(model, FIRST, ["nurse"]))


def _split_they() -> object:
    from tokenizers import Regex, normalizers

    split = normalizers.Replace(Regex("(?i)they"), "she he")
    return normalizers.Sequence([split, normalizers.Lowercase()])
