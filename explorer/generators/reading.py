"""What a model's text encoders read of its prompts.

A prompt can be longer than an encoder reads, a tokenizer may not fit its encoder, and a word can be
one that the encoder has never seen. All this is known before an image is generated.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData, ModelBroken
from explorer.failures import load_failure
from explorer.generators.components import component_class
from explorer.models.folders import read_config
from explorer.models.tokens import read_alike, require_vocabulary
from explorer.models.weights import INDEX, parts
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.vocabulary import known_adjective, known_profession

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from explorer.models.requests import ModelSpec
    from explorer.words.prompts import Prompt

# Each tokenizer with the encoder that it feeds; only Stable Diffusion XL has a second one.
_ENCODERS = {"tokenizer": "text_encoder", "tokenizer_2": "text_encoder_2"}
# Where the configuration of an encoder leaves them out, these are the numbers of CLIP.
_CLIP_WORDS, _CLIP_LENGTH = 49408, 77
# The tokenizer of Stable Diffusion takes "beekeeper" apart into "bee" and "keeper", but "blorptang"
# into "b", "lor", "pt" and "ang", and most words of other scripts into single letters.
_LEAST_LETTERS = 2.5


@dataclass(frozen=True, slots=True)
class Reader:
    """A tokenizer, and the number of tokens that its text encoder reads, including both ends."""

    tokenizer: Any
    length: int

    def lengths(self, texts: "Sequence[str]") -> list[int]:
        """Return the number of tokens of each text."""
        return [len(tokens) for tokens in self.tokenizer(list(texts), verbose=False).input_ids]

    def read(self, texts: "Sequence[str]") -> list[tuple[int, ...]]:
        """Return the tokens of each text, as far as the encoder reads them."""
        tokens = self.tokenizer(list(texts), truncation=True, max_length=self.length).input_ids
        return list(map(tuple, tokens))


def readers(spec: "ModelSpec", folder: Path, index: "Mapping[str, Any]") -> tuple[Reader, ...]:
    """Return the readers of a model, one for each of its text encoders.

    Args:
        spec: the model.
        folder: its files; only tokenizers and configurations are read.
        index: the content of its model_index.json.

    Raises:
        ModelBroken: a tokenizer cannot be read, or does not fit its encoder.
    """
    return tuple(
        _reader(spec, component_class(index, part), folder / part, folder / encoder)
        for part, encoder in _ENCODERS.items()
        if part in parts(index)
    )


def check_prompts(spec: "ModelSpec", folder: Path, prompts: "Sequence[Prompt]") -> tuple[str, ...]:
    """Return warnings of what a model does not read of the prompts, as sentences.

    Args:
        spec: the model.
        folder: its files.
        prompts: all prompts of a study.

    Raises:
        InvalidData: a profession or adjective is cut off, or two prompts are read alike.
        ModelBroken: a tokenizer does not fit.
    """
    found = readers(spec, folder, read_config(folder / INDEX))
    for reader in found:
        _refuse_cut_off(spec.name, reader, prompts)
        _refuse_alike(spec.name, reader, prompts)
    return (*_cut_off(spec.name, found, prompts), *_unknown(spec, found, prompts))


def _reader(spec: "ModelSpec", kind: Any, folder: Path, encoder: Path) -> Reader:
    config = read_config(encoder / "config.json")
    try:
        tokenizer = kind.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise load_failure(spec.repo, error) from error
    require_vocabulary(spec.repo, len(tokenizer), int(config.get("vocab_size", _CLIP_WORDS)))
    length = int(config.get("max_position_embeddings", _CLIP_LENGTH))
    if tokenizer.model_max_length > length:
        raise ModelBroken(
            _(
                "A tokenizer of the model {repo!r} does not fit its text encoder, "
                "which reads {length} tokens: 'model_max_length' in {folder!r} is "
                "missing or larger. Save or download the model again."
            ).format(repo=spec.repo, length=length, folder=str(folder / "tokenizer_config.json"))
        )
    return Reader(tokenizer, tokenizer.model_max_length)


def _refuse_cut_off(name: str, reader: Reader, prompts: "Sequence[Prompt]") -> None:
    needed = [prompt.needed for prompt in prompts]
    for prompt, text, length in zip(prompts, needed, reader.lengths(needed), strict=True):
        if length > reader.length:
            words = " or ".join(repr(one) for one in (prompt.adjective, prompt.profession) if one)
            raise InvalidData(
                _(
                    "The model {name!r} reads {length} tokens of a prompt, and {text!r} "
                    "has {length_2}, so the end of {words} does not reach it. Shorten the "
                    "template, or put {{adjective}} and {{profession}} nearer to its "
                    "beginning."
                ).format(name=name, length=reader.length, text=text, length_2=length, words=words)
            )


def _refuse_alike(name: str, reader: Reader, prompts: "Sequence[Prompt]") -> None:
    texts = [prompt.text for prompt in prompts]
    if alike := read_alike(texts, reader.read(texts)):
        raise InvalidData(
            _(
                "The model {name!r} reads {alike!r} and {alike_2!r} as the same text, "
                "so its images cannot tell them apart. Leave one of them out, or "
                "choose another model."
            ).format(name=name, alike=alike[0], alike_2=alike[1])
        )


def _cut_off(name: str, found: "Sequence[Reader]", prompts: "Sequence[Prompt]") -> "Iterator[str]":
    """Yield a warning if the end of prompts is ignored."""
    texts = list(dict.fromkeys(prompt.text for prompt in prompts))
    least = min(reader.length for reader in found)
    long = [
        text
        for text, *lengths in zip(texts, *(one.lengths(texts) for one in found), strict=True)
        if max(lengths) > least
    ]
    if long:
        yield ngettext(
            "{model!r} ignores the end of the prompt {text!r}, which is longer than the {length} "
            "tokens that it reads.",
            "{model!r} ignores the end of {number} prompts, such as {text!r}, which are longer "
            "than the {length} tokens that it reads.",
            len(long),
        ).format(model=name, text=long[0], number=len(long), length=least)


def _unknown(
    spec: "ModelSpec", found: "Sequence[Reader]", prompts: "Sequence[Prompt]"
) -> "Iterator[str]":
    """Yield a warning if there are own words that the text encoders do not know."""
    professions = {one.profession for one in prompts if not known_profession(one.profession)}
    adjectives = {one.adjective for one in prompts if one.adjective}
    own = {*professions, *(word for word in adjectives if not known_adjective(word))}
    # The tokenizers of the bundled models are made of the words that they were trained with.
    least = _LEAST_LETTERS if "/" in spec.repo else float("inf")
    unknown = [
        word
        for word in sorted(own)
        if any(_in_pieces(reader, part, least) for reader in found for part in word.split())
    ]
    if unknown:
        yield _(
            "{model!r} probably does not know {words}: it reads unknown words in small pieces, and "
            "its images may have nothing to do with them."
        ).format(model=spec.name, words=", ".join(map(repr, unknown)))


def _in_pieces(reader: Reader, word: str, least: float) -> bool:
    """Return whether a word is read in pieces of fewer letters on average."""
    pieces = reader.tokenizer.tokenize(word)
    unknown = reader.tokenizer.unk_token in pieces
    return unknown or (len(pieces) > 1 and len(word) / len(pieces) < least)
