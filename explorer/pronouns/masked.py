"""Scores of masked models, which fill a gap: the log-probability of the pronoun in its place.

The prior is that of the pronoun where the profession is masked too. The sum of every token's
log-probability, each masked in turn, is not the probability of a sentence: it counts a profession
of one word about twice.

Source: Kurita and others 2019, "Measuring bias in contextualized word representations"; Salazar and
others 2020, "Masked language model scoring", for the sum that is not used.
"""

import math
from typing import TYPE_CHECKING

from explorer.errors import ModelBroken
from explorer.pronouns.language import in_batches, logits, read
from explorer.pronouns.scores import Score
from explorer.pronouns.templates import PRONOUNS, sentence
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.pronouns.language import LanguageModel, Read
    from explorer.pronouns.scores import Three

    # A row of tokens with its gap, the place of the gap, and the tokens of the three pronouns.
    Gap = tuple[tuple[int, ...], int, tuple[int, ...]]


def masked_scores(
    model: "LanguageModel", template: str, professions: "Sequence[str]"
) -> "Iterator[Score]":
    """Yield the score of each profession in a template.

    Raises:
        InvalidData: the model does not know a word, or a sentence is too long.
        ModelBroken: a pronoun is no single token of the model.
        ModelError: the model cannot be computed.
    """
    pairs = [_gaps(model, template, profession) for profession in professions]
    found = _filled(model, list(dict.fromkeys(gap for pair in pairs for gap in pair)))
    for profession, (gap, prior) in zip(professions, pairs, strict=True):
        mass = math.fsum(map(math.exp, found[gap]))
        yield Score(template, profession, found[gap], found[prior], mass)


def _gaps(model: "LanguageModel", template: str, profession: str) -> "tuple[Gap, Gap]":
    """Return the gap of a profession, and the same with the profession masked too."""
    reads = read(model, [sentence(template, pronoun, profession) for pronoun in PRONOUNS])
    pronouns = tuple(one.tokens[one.pronoun] for one in reads)
    rows = {_with_masks(model, one, one.pronoun) for one in reads}
    if len(rows) > 1 or any(len(each) > 1 for each in pronouns):
        raise ModelBroken(
            _(
                "The model {name!r} reads a pronoun of {template!r} as several tokens, "
                "so it cannot fill one gap with it. Choose another model."
            ).format(name=model.name, template=template)
        )
    place, tokens = reads[0].pronoun.start, tuple(token for (token,) in pronouns)
    prior = _with_masks(model, reads[0], reads[0].pronoun, reads[0].profession)
    return (rows.pop(), place, tokens), (prior, place, tokens)


def _with_masks(model: "LanguageModel", one: "Read", *spans: slice) -> tuple[int, ...]:
    masked = {place for span in spans for place in range(span.start, span.stop)}
    mask = model.tokenizer.mask_token_id
    return tuple(mask if place in masked else token for place, token in enumerate(one.tokens))


def _filled(model: "LanguageModel", gaps: "Sequence[Gap]") -> "dict[Gap, Three]":
    """Return the log-probability of each pronoun in each gap."""
    found: dict[Gap, Three] = {}
    for few in in_batches(gaps, model):
        scores, _past = logits(model, [row for row, _place, _tokens in few])
        for gap, each in zip(few, scores, strict=True):
            _row, place, tokens = gap
            she, he, they = each[place].log_softmax(-1)[list(tokens)].tolist()
            found[gap] = (she, he, they)
    return found
