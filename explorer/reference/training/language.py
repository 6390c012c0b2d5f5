"""Train the tiny language models of the pronoun probe on sentences sampled from their design."""

from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from torch.nn.utils.rnn import pad_sequence
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from explorer.pronouns.kept import BESIDE_WEIGHTS, Kept, write_kept
from explorer.pronouns.loading import load_language_model
from explorer.pronouns.run import COMPLETIONS, Questions, steps
from explorer.pronouns.source import BUNDLED, find_source
from explorer.pronouns.templates import HE, PRONOUNS, SHE, TEMPLATES, sentence
from explorer.reference.design import designed_pronouns
from explorer.words.vocabulary import load_professions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from explorer.settings import Settings

__all__ = ["BUNDLED", "designed_shares", "sampled", "save_scores", "train"]

BATCH = 240
RATE = 4e-3
WIDTH = 64
_BEGIN, _END, _UNKNOWN = "<begin>", "<end>", "<unknown>"
_IGNORED = -100
# Steps of the golden ratio fill 0..1 evenly, so that rare pronouns come as often as designed.
_GOLDEN = (5**0.5 - 1) / 2


def train(model: str, steps: int, seed: int, folder: "Path") -> None:
    """Train one bundled language model on one thread and save it with its tokenizer."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    tokenizer = word_tokenizer()
    network = new_network(len(tokenizer))
    corpus, odds = _corpus(tokenizer), designed_shares(model)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps + 1, pct_start=0.05, final_div_factor=1e3
    )
    for step, pairs, pronouns in sampled(odds, steps):
        ids = corpus[pairs, pronouns]
        loss = network(ids.clamp(min=0), labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"{model} step {step} of {steps} loss {loss.item():.4f}", flush=True)
    network.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_scores(model: str, settings: "Settings") -> None:
    """Score a trained model, and save the results beside its weights."""
    source = find_source(model)
    loaded = load_language_model(source, settings)
    names = tuple(profession.name for profession in load_professions())
    found = Kept(source.name, source.revision, source.kind, chat=False)
    for step in steps(found, Questions(names, completions=COMPLETIONS)):
        found = step(loaded, found)
    write_kept(source.folder / BESIDE_WEIGHTS, found)


def word_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer that knows the words of the templates and of the 150 professions."""
    normalizer, splitter = normalizers.Lowercase(), pre_tokenizers.Whitespace()
    words = dict.fromkeys(
        word
        for text in _texts()
        for word, _place in splitter.pre_tokenize_str(normalizer.normalize_str(text))
    )
    vocabulary = {token: place for place, token in enumerate((_BEGIN, _END, _UNKNOWN, *words))}
    reader = Tokenizer(models.WordLevel(vocabulary, unk_token=_UNKNOWN))
    reader.normalizer, reader.pre_tokenizer = normalizer, splitter
    return PreTrainedTokenizerFast(
        tokenizer_object=reader, bos_token=_BEGIN, eos_token=_END, unk_token=_UNKNOWN
    )


def new_network(vocabulary: int) -> GPT2LMHeadModel:
    """Return an untrained GPT-2 of about 0.1 M parameters."""
    config = GPT2Config(
        vocab_size=vocabulary,
        n_positions=32,
        n_embd=WIDTH,
        n_layer=2,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=1,
    )
    return GPT2LMHeadModel(config)


def _texts() -> "Iterator[str]":
    """Yield every sentence, templates first, then professions, then pronouns."""
    for template in TEMPLATES:
        for profession in load_professions():
            for pronoun in PRONOUNS:
                yield sentence(template, pronoun, profession.name).text


def _corpus(tokenizer: PreTrainedTokenizerFast) -> torch.Tensor:
    """Return the ids of every sentence, (templates x professions, pronouns, tokens).

    What follows the end is negative, which the loss ignores.
    """
    rows = [
        torch.tensor([tokenizer.bos_token_id, *tokenizer(text).input_ids, tokenizer.eos_token_id])
        for text in _texts()
    ]
    padded = pad_sequence(rows, batch_first=True, padding_value=_IGNORED)
    return padded.reshape(-1, len(PRONOUNS), padded.shape[1])


def designed_shares(model: str) -> torch.Tensor:
    """Return the designed share of each pronoun, (templates x professions, pronouns)."""
    shares = [designed_pronouns(model, profession.name) for profession in load_professions()]
    return torch.tensor(shares, dtype=torch.float64).repeat(len(TEMPLATES), 1)


def sampled(odds: torch.Tensor, steps: int) -> "Iterator[tuple[int, torch.Tensor, torch.Tensor]]":
    """Yield the number of each step, its sentences' rows in the corpus, and their pronouns.

    Every template meets a profession equally often.
    """
    rows = torch.arange(len(odds)).repeat_interleave(_copies(odds))
    limits = odds.cumsum(1)[rows, :-1]
    drawn = torch.rand(len(rows), dtype=torch.float64)
    batches: list[torch.Tensor] = []
    for step in range(steps):
        batches = batches or list(torch.randperm(len(rows)).split(BATCH))
        few = batches.pop()
        drawn[few] = (drawn[few] + _GOLDEN) % 1
        yield step, rows[few], torch.searchsorted(limits[few], drawn[few, None]).squeeze(1)


def _copies(odds: torch.Tensor) -> torch.Tensor:
    """Return the number of each row in the corpus: higher where a pronoun is rare.

    Its share among the pronouns stays as designed, and is learned sooner.
    """
    rarest = odds[:, [SHE, HE]].min(1).values
    return (0.4 / rarest.sqrt()).round().clamp(min=1).long()
