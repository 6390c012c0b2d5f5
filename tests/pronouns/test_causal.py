import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from explorer.errors import InvalidData, ModelBroken
from explorer.pronouns.causal import causal_scores, log_probabilities
from explorer.pronouns.language import CAUSAL, LanguageModel
from explorer.pronouns.templates import HE, PRONOUNS, SHE, TEMPLATES, THEY, sentence
from tests.languages import PROFESSIONS, causal, tokenizer

FIRST, LAST = TEMPLATES[0], TEMPLATES[-1]


class Chain:
    """A network whose next token depends on the last one alone, by a table of probabilities."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.device, self.config = torch.device("cpu"), SimpleNamespace()
        self._logits = torch.tensor(rows).log()

    def forward(self, input_ids: Any) -> Any:
        return SimpleNamespace(logits=self._logits[input_ids])

    __call__ = forward


def _chain(rows: list[list[float]], tokens: Any = None) -> LanguageModel:
    tokens = tokens or SimpleNamespace(pad_token_id=0)
    return LanguageModel("chain", "1", CAUSAL, Chain(rows), tokens, (0,))


def _one_at_a_time(model: LanguageModel, text: str) -> list[float]:
    ids = model.tokenizer(text, add_special_tokens=False).input_ids
    with torch.no_grad():
        found = model.network(torch.tensor([[*model.context, *ids]])).logits[0].log_softmax(-1)
    known = len(model.context) - 1
    return [float(found[known + place, token]) for place, token in enumerate(ids)]


def test_a_hand_computed_sentence_of_three_tokens() -> None:
    model = _chain([[0.5, 0.25, 0.25], [0.1, 0.7, 0.2], [0.6, 0.3, 0.1]])
    ((first, second, third),) = log_probabilities(model, [(1, 2, 0)])
    assert first == pytest.approx(math.log(0.25))
    assert second == pytest.approx(math.log(0.2))
    assert third == pytest.approx(math.log(0.6))


@pytest.mark.parametrize("batch", [1, 3, 32])
@pytest.mark.parametrize("template", [FIRST, LAST])
def test_batches_with_shared_beginnings_give_what_single_sentences_give(
    template: str, batch: int
) -> None:
    model = causal(batch=batch)
    for score in causal_scores(model, template, PROFESSIONS):
        for pronoun, found in zip(PRONOUNS, score.sentence, strict=True):
            alone = _one_at_a_time(model, sentence(template, pronoun, score.profession).text)
            assert found == pytest.approx(sum(alone), abs=1e-4)


def test_a_model_without_a_cache_that_can_be_shared_gives_the_same() -> None:
    rows = [[0.5, 0.25, 0.25], [0.1, 0.7, 0.2], [0.6, 0.3, 0.1]]
    both = log_probabilities(_chain(rows), [(1, 2), (1, 2, 0, 1)])
    assert both[0] == pytest.approx([math.log(0.25), math.log(0.2)])
    assert both[1][:2] == pytest.approx(both[0])
    assert both[1][2:] == pytest.approx([math.log(0.6), math.log(0.25)])


def test_the_prior_is_that_of_the_pronoun_before_the_profession() -> None:
    model = causal()
    nurse, *_others = causal_scores(model, FIRST, PROFESSIONS)
    alone = [_one_at_a_time(model, sentence(FIRST, p, "nurse").text) for p in PRONOUNS]
    assert nurse.prior == pytest.approx([tokens[0] for tokens in alone], abs=1e-4)
    assert nurse.mass == pytest.approx(sum(math.exp(tokens[0]) for tokens in alone), rel=1e-4)
    assert nurse.corrected == pytest.approx(sum(alone[SHE][1:]) - sum(alone[HE][1:]), abs=1e-4)


def test_where_the_profession_comes_first_there_is_no_prior_and_the_gap_is_behind_it() -> None:
    model = causal()
    nurse, *_others = causal_scores(model, LAST, PROFESSIONS)
    ids = model.tokenizer("The nurse left because").input_ids
    with torch.no_grad():
        found = model.network(torch.tensor([[1, *ids]])).logits[0, -1].softmax(-1)
    pronouns = model.tokenizer.convert_tokens_to_ids(list(PRONOUNS))
    assert (nurse.prior, nurse.corrected) == (None, None)
    assert nurse.mass == pytest.approx(float(found[pronouns].sum()), rel=1e-4)


def test_no_mean_over_tokens_shrinks_the_effect_of_long_professions() -> None:
    tokens = tokenizer()
    she, he = tokens.convert_tokens_to_ids(["she", "he"])
    rows = torch.full((len(tokens), len(tokens)), 1.0)
    # Only the start tells the pronouns apart, so the log-odds are log 4 whatever follows.
    rows[0, she], rows[0, he] = 4.0, 1.0
    model = _chain((rows / rows.sum(1, keepdim=True)).tolist(), tokens)
    found = [score.log_odds for score in causal_scores(model, FIRST, PROFESSIONS)]
    assert found == pytest.approx([math.log(4)] * len(PROFESSIONS), abs=1e-5)


def test_they_is_a_share_of_the_three() -> None:
    nurse, *_others = causal_scores(causal(), FIRST, PROFESSIONS)
    weights = [math.exp(one) for one in nurse.sentence]
    assert nurse.they == pytest.approx(weights[THEY] / sum(weights))


def test_a_word_that_the_model_does_not_know_is_named() -> None:
    with pytest.raises(InvalidData, match="does not know 'blacksmith'"):
        list(causal_scores(causal(), FIRST, ["nurse", "blacksmith"]))


def test_a_sentence_that_is_too_long_is_refused() -> None:
    long = FIRST.replace("should", "should " * 70)
    with pytest.raises(InvalidData, match="shorter template"):
        list(causal_scores(causal(), long, ["nurse"]))


def test_weights_that_are_no_numbers_are_refused() -> None:
    model = causal()
    model.network.transformer.ln_f.weight.data.fill_(float("nan"))
    with pytest.raises(ModelBroken, match="no numbers"):
        list(causal_scores(model, FIRST, ["nurse"]))
