"""Scores of causal models, which continue a text: the log-probability of the whole sentence.

It is a sum over all tokens. A mean over them would divide the effect of a profession by the number
of its words.
"""

import math
from copy import deepcopy
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from explorer.pronouns.language import in_batches, logits, read
from explorer.pronouns.scores import Score
from explorer.pronouns.templates import PRONOUNS, is_pronoun_first, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from explorer.pronouns.language import LanguageModel


def causal_scores(
    model: "LanguageModel", template: str, professions: "Sequence[str]"
) -> "Iterator[Score]":
    """Yield the score of each profession in a template.

    Raises:
        InvalidData: the model does not know a word, or a sentence is too long.
        ModelError: the model cannot be computed.
    """
    readings = [
        read(model, [sentence(template, pronoun, profession) for profession in professions])
        for pronoun in PRONOUNS
    ]
    found = [log_probabilities(model, [one.tokens for one in reads]) for reads in readings]
    for number, profession in enumerate(professions):
        tokens = [of_pronoun[number] for of_pronoun in found]
        she, he, they = (math.fsum(each) for each in tokens)
        spans = [reads[number].pronoun for reads in readings]
        alone = [math.fsum(each[span]) for each, span in zip(tokens, spans, strict=True)]
        yield Score(
            template=template,
            profession=profession,
            sentence=(she, he, they),
            prior=(alone[0], alone[1], alone[2]) if is_pronoun_first(template) else None,
            mass=math.fsum(map(math.exp, alone)),
        )


def log_probabilities(
    model: "LanguageModel", sentences: "Sequence[Sequence[int]]"
) -> list[list[float]]:
    """Return the log-probability of each token of each sentence, given those before it.

    The tokens that all sentences begin with are computed once, sentences of one length together.
    """
    order = sorted(range(len(sentences)), key=lambda number: len(sentences[number]))
    found = _in_order(model, [(*model.context, *sentences[number]) for number in order])
    return [tokens for _number, tokens in sorted(zip(order, found, strict=True))]


def _in_order(model: "LanguageModel", rows: "Sequence[tuple[int, ...]]") -> list[list[float]]:
    start = len(model.context)
    shared = max(start, min(_shared(rows), min(map(len, rows)) - 1))
    head, past = logits(model, [rows[0][:shared]], keep=shared - start + 1)
    if not _shareable(past):
        return [one for few in in_batches(rows, model) for one in _whole(model, few, start)]
    known = _gathered(head[:, :-1], [rows[0][start:shared]])[0]
    first = head[0, -1].log_softmax(-1)
    return [
        [*known, float(first[rest[0]]), *others]
        for few in in_batches([row[shared:] for row in rows], model)
        for rest, others in zip(few, _continued(model, few, past, shared), strict=True)
    ]


def _shared(rows: "Sequence[tuple[int, ...]]") -> int:
    """Return the number of tokens that all rows begin with."""
    ends = zip(min(rows), max(rows), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))


def _shareable(past: Any) -> bool:
    """Return whether a cache can be repeated; that of recurrent models cannot."""
    from transformers import DynamicCache

    return type(past) is DynamicCache


def _whole(
    model: "LanguageModel", rows: "Sequence[Sequence[int]]", start: int
) -> list[list[float]]:
    found, _past = logits(model, rows, keep=max(map(len, rows)) - start + 1)
    return _gathered(found[:, :-1], [row[start:] for row in rows])


def _continued(
    model: "LanguageModel", rows: "Sequence[Sequence[int]]", past: Any, seen: int
) -> list[list[float]]:
    """Return the log-probability of all tokens of some rows but the first."""
    own = deepcopy(past)
    own.batch_repeat_interleave(len(rows))
    found, _past = logits(model, rows, keep=max(map(len, rows)), past=own, seen=seen)
    return _gathered(found[:, :-1], [row[1:] for row in rows])


def _gathered(found: "torch.Tensor", rows: "Sequence[Sequence[int]]") -> list[list[float]]:
    """Return the log-probabilities of the tokens that really follow."""
    logs = found.log_softmax(-1)
    return [
        logs[number, range(len(row)), list(row)].tolist() if row else []
        for number, row in enumerate(rows)
    ]
