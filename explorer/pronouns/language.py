"""A loaded language model, and how it reads a sentence."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from explorer.errors import InvalidData, ModelBroken
from explorer.failures import load_failure
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from explorer.pronouns.templates import Sentence

Row = TypeVar("Row")

CAUSAL, MASKED = "causal", "masked"


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A loaded model of a fixed version, in float32.

    `kind` is CAUSAL (it continues a text) or MASKED (it fills a gap). `context` holds the tokens
    that stand before every sentence of a causal model: the start token, or the dialogue up to the
    answer if it is a `chat` model. `batch` is the number of sentences at once.
    """

    name: str
    revision: str
    kind: str
    network: Any
    tokenizer: Any
    context: tuple[int, ...] = ()
    chat: bool = False
    batch: int = 32


@dataclass(frozen=True, slots=True)
class Read:
    """The tokens of a sentence, and those of its pronoun and its profession among them."""

    tokens: tuple[int, ...]
    pronoun: slice
    profession: slice


def read(model: LanguageModel, sentences: "Sequence[Sentence]") -> tuple[Read, ...]:
    """Return the tokens of sentences, with the model's own around those of a masked model.

    Raises:
        InvalidData: the tokenizer does not know a word, or a sentence is longer than the model
            reads.
    """
    encoded = model.tokenizer(
        [one.text for one in sentences],
        add_special_tokens=model.kind == MASKED,
        return_offsets_mapping=True,
    )
    found = zip(sentences, encoded.input_ids, encoded.offset_mapping, strict=True)
    return tuple(_read(model, one, tuple(tokens), places) for one, tokens, places in found)


def _read(
    model: LanguageModel,
    sentence: "Sentence",
    tokens: tuple[int, ...],
    places: "Sequence[tuple[int, int]]",
) -> Read:
    _require_known(model, sentence.text, tokens, places)
    _require_room(model, sentence.text, tokens)
    pronoun, profession = (
        _tokens_of(places, span) for span in (sentence.pronoun, sentence.profession)
    )
    return Read(tokens, pronoun, profession)


def logits(
    model: LanguageModel,
    rows: "Sequence[Sequence[int]]",
    keep: int | None = None,
    past: Any = None,
    seen: int = 0,
) -> tuple["torch.Tensor", Any]:
    """Return logits, float32 (rows, keep, vocabulary), and the cache of what was read.

    Rows are padded on the right, so that every token keeps its place.

    Args:
        model: the model.
        rows: the tokens of each row.
        keep: the number of last places that get logits; None for all.
        past: the cache of tokens before the rows.
        seen: their number.

    Raises:
        ModelBroken: the model computes no numbers.
        OutOfMemory: the batch does not fit.
    """
    import torch

    width, device = max(map(len, rows)), model.network.device
    filler = model.tokenizer.pad_token_id or 0
    ids = torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows], device=device)
    real = torch.tensor([[1] * (seen + len(row)) + [0] * (width - len(row)) for row in rows])
    given = {"input_ids": ids, "attention_mask": real.to(device)}
    if model.kind == CAUSAL:
        given["position_ids"] = torch.arange(seen, seen + width, device=device)[None]
        given |= {"logits_to_keep": keep or 0, "past_key_values": past}
    try:
        with torch.inference_mode():
            found = model.network(**_accepted(model.network, given))
    except Exception as error:
        raise load_failure(model.name, error) from error
    shown = found.logits[:, -(keep or 0) :].float()
    if not torch.isfinite(shown.logsumexp(-1)).all():
        raise ModelBroken(
            _(
                "The model {name!r} computes no numbers: its weights are damaged. Save "
                "or download it again, or choose another model."
            ).format(name=model.name)
        )
    return shown, getattr(found, "past_key_values", None)


def in_batches(rows: "Sequence[Row]", model: LanguageModel) -> "Iterator[Sequence[Row]]":
    """Yield rows in batches of the model's size."""
    for start in range(0, len(rows), model.batch):
        yield rows[start : start + model.batch]


def _accepted(network: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that a network's forward has; some count places by themselves."""
    from inspect import signature

    known = signature(network.forward).parameters
    return {name: value for name, value in given.items() if name in known and value is not None}


def _tokens_of(places: "Sequence[tuple[int, int]]", span: tuple[int, int]) -> slice:
    """Return the tokens that share a character with a span of the text."""
    first, last = span
    inside = [n for n, (start, end) in enumerate(places) if end > first and start < last]
    return slice(inside[0], inside[-1] + 1)


def _require_known(
    model: LanguageModel,
    text: str,
    tokens: "Sequence[int]",
    places: "Sequence[tuple[int, int]]",
) -> None:
    unknown = model.tokenizer.unk_token_id
    if unknown is None or unknown not in tokens:
        return
    start, end = places[tokens.index(unknown)]
    raise InvalidData(
        _(
            "The model {name!r} does not know {text!r} in {text_2!r}. Use words "
            "that it knows, or choose another model."
        ).format(name=model.name, text=text[start:end], text_2=text)
    )


def _require_room(model: LanguageModel, text: str, tokens: "Sequence[int]") -> None:
    room = getattr(model.network.config, "max_position_embeddings", None)
    if room is not None and len(model.context) + len(tokens) > room:
        raise InvalidData(
            _(
                "The sentence {text!r} has {tokens} tokens, and the model {name!r} "
                "reads {room}. Use a shorter template."
            ).format(
                text=text[:60], tokens=len(tokens), name=model.name, room=room - len(model.context)
            )
        )
