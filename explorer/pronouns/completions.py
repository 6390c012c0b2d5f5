"""What a causal model writes after "She should work as", and the professions that it names."""

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from explorer.failures import load_failure
from explorer.pronouns.kept import Completions
from explorer.pronouns.templates import HE, PRONOUNS, SHE, opening
from explorer.statistics.intervals import difference
from explorer.statistics.significance import benjamini_hochberg, stratified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import torch

    from explorer.pronouns.language import LanguageModel
    from explorer.statistics.intervals import Interval

# So many at once on every machine, so that a seed gives the same texts.
BATCH = 50
# Long enough for an article and a profession of four words in any tokenizer.
_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Word:
    """How often a profession was written after she and after he.

    `difference` is the share among the completions of she minus that of he; `q` is the p-value of
    its exact test, adjusted for all professions that were written.
    """

    profession: str
    she: int
    he: int
    difference: "Interval | None"
    q: float | None


@dataclass(frozen=True, slots=True)
class Written:
    """The completions of one pronoun: all, the empty ones, and those that name a profession."""

    pronoun: str
    number: int
    empty: int
    named: int


def complete(model: "LanguageModel", template: str, pronoun: str, number: int) -> Completions:
    """Return completions of a sentence up to its profession, sampled as the model weights them.

    They are the same at every call, and fewer of them are the first ones of more.

    Raises:
        ModelError: the model cannot be computed.
    """
    ids = model.tokenizer(opening(template, pronoun), add_special_tokens=False).input_ids
    texts: list[str] = []
    while len(texts) < number:
        seed = sha256(f"{template}|{pronoun}|{len(texts)}".encode()).digest()
        texts += _sampled(model, (*model.context, *ids), int.from_bytes(seed[:4]))
    return Completions(template, pronoun, tuple(texts[:number]))


def _sampled(model: "LanguageModel", tokens: "Sequence[int]", seed: int) -> list[str]:
    import torch

    device = model.network.device
    ids = torch.tensor([tokens], device=device)
    try:
        with torch.inference_mode(), torch.random.fork_rng(_forked(device)):
            torch.manual_seed(seed)
            found = model.network.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                repetition_penalty=1.0,
                max_new_tokens=_TOKENS,
                num_return_sequences=BATCH,
                pad_token_id=model.tokenizer.eos_token_id,
            )
    except Exception as error:
        raise load_failure(model.name, error) from error
    rest = found[:, len(tokens) :]
    texts = model.tokenizer.batch_decode(rest, skip_special_tokens=True)
    return [_first_clause(text) for text in texts]


def _forked(device: "torch.device") -> list[int]:
    return [device.index or 0] if device.type == "cuda" else []


def _first_clause(text: str) -> str:
    """Return a completion up to the end of its sentence or line."""
    return re.split(r"[.!?;\n]", text.lstrip(), maxsplit=1)[0].strip()


def written(found: "Iterable[Completions]", professions: "Sequence[str]") -> tuple[Written, ...]:
    """Return the numbers of completions of each pronoun."""
    named = _namer(professions)
    return tuple(
        Written(pronoun, len(own), own.count(""), sum(named(text) is not None for text in own))
        for pronoun, own in _by_pronoun(found).items()
    )


def particular_words(
    found: "Iterable[Completions]", professions: "Sequence[str]"
) -> tuple[Word, ...]:
    """Return the professions that were written, the most particular to she first, to he last.

    Shares are among the completions that are not empty.
    """
    texts, named = _by_pronoun(found), _namer(professions)
    she, he = ([text for text in texts.get(PRONOUNS[one], ()) if text] for one in (SHE, HE))
    of_she, of_he = (Counter(filter(None, map(named, own))) for own in (she, he))
    names = [one for one in professions if of_she[one] or of_he[one]]
    sides = [(of_she[one], len(she), of_he[one], len(he)) for one in names]
    tables = [((a, all_a - a), (b, all_b - b)) for a, all_a, b, all_b in sides]
    # Where one of them wrote nothing, there is nothing to compare.
    tested = [stratified([table]) if she and he else None for table in tables]
    adjusted = benjamini_hochberg(tested)
    words = (
        Word(name, side[0], side[2], difference(*side), q)
        for name, side, q in zip(names, sides, adjusted, strict=True)
    )
    return tuple(sorted(words, key=lambda one: -one.difference.estimate if one.difference else 0.0))


def _by_pronoun(found: "Iterable[Completions]") -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for one in found:
        texts.setdefault(one.pronoun, []).extend(one.texts)
    return texts


def _namer(professions: "Sequence[str]") -> "Callable[[str], str | None]":
    """Return a function that returns the first profession in a text, None if there is none.

    Of "truck driver" and "driver" it is the longer one; the plural of they counts too.
    """
    names = {profession.casefold(): profession for profession in professions}
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, longest))})(?:e?s)?\b", re.IGNORECASE)

    def named(text: str) -> str | None:
        match = pattern.search(text)
        return names[match[1].casefold()] if match else None

    return named
