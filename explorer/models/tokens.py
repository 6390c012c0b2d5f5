"""Whether a tokenizer fits its model, and whether it tells texts apart."""

from typing import TYPE_CHECKING

from explorer.errors import ModelBroken
from explorer.numbers import grouped
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

# A table of embeddings may be padded: that of CLIPA has 32,000 rows for 30,522 tokens.
_LEAST_SHARE = 0.9


def require_vocabulary(model: str, known: int, rows: int) -> None:
    """Refuse a tokenizer with more tokens than its encoder, or with far fewer.

    A tokenizer that has lost its vocabulary still loads, and then reads all words alike.

    Args:
        model: the name of the model in the message.
        known: the number of tokens that the tokenizer knows.
        rows: the number of tokens that the encoder has embeddings for.

    Raises:
        ModelBroken: the numbers differ too much.
    """
    if not _LEAST_SHARE * rows <= known <= rows:
        raise ModelBroken(
            _(
                "A tokenizer of the model {model!r} does not fit its weights: it knows "
                "{known} tokens and the encoder {rows}. Its files are missing or "
                "belong to another model. Save or download the model again, or choose "
                "another one."
            ).format(model=model, known=grouped(known), rows=grouped(rows))
        )


def read_alike(texts: "Iterable[str]", tokens: "Iterable[Hashable]") -> tuple[str, str] | None:
    """Return two different texts that have the same tokens, None if there are none."""
    seen: dict[Hashable, str] = {}
    for text, read in zip(texts, tokens, strict=True):
        if seen.setdefault(read, text) != text:
            return seen[read], text
    return None
