"""Train the tokenizer and the text encoders, whose text vectors hold the costume and the mix.

A text encoder is trained separately from the denoiser; its exact targets are the mixes that its
captions request. Both generators share one denoiser; only their text encoders differ.
"""

import json
import random
from typing import TYPE_CHECKING

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from explorer.reference.training.captions import random_caption
from explorer.reference.training.conditions import LENGTH, WIDTH, mixes_of, text_states

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from explorer.reference.training.conditions import Mixes

VOCABULARY = 1400
BATCH = 192
CAPTIONS = 16_000

_PIECES = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def train_tokenizer(texts: "tuple[str, ...]", folder: "Path") -> CLIPTokenizer:
    """Return a byte-level tokenizer trained on texts, and save it.

    It encodes words that are not in the texts as bytes or short pieces.
    """
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    merges = _learn_merges(texts, alphabet)
    letters = sorted(alphabet)
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += [left + right for left, right in merges]
    # The end token has the highest id: open_clip pools at the largest id.
    tokens = [*dict.fromkeys(tokens), "<|startoftext|>", "<|endoftext|>"]
    tokenizer = CLIPTokenizer(
        vocab={token: index for index, token in enumerate(tokens)},
        merges=merges,
        pad_token="!",  # noqa: S106 - a padding symbol, not a secret
        model_max_length=LENGTH,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def _learn_merges(texts: "tuple[str, ...]", alphabet: list[str]) -> list[tuple[str, str]]:
    """Return the pairs of tokens that byte-pair encoding merges, the most frequent first."""
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = normalizers.Lowercase()
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    merges = json.loads(learner.to_str())["model"]["merges"]
    return [(left, right) for left, right in merges]


def new_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Return an untrained CLIPTextModel of about 0.35 M parameters."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)


def train_text_encoder(
    encoder: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    model: str,
    aim: "Callable[[Mixes], Mixes]",
    steps: int,
    seed: int,
) -> None:
    """Train an encoder on the mixes of one design.

    Args:
        encoder: the text encoder, changed in place.
        tokenizer: its tokenizer.
        model: the generator whose design it learns.
        aim: returns the mixes to request so that the denoiser generates the designed ones.
        steps: the number of training steps.
        seed: the seed of the captions.
    """
    rng = random.Random(seed)
    captions = [random_caption(model, rng) for _ in range(CAPTIONS)]
    ids = tokenize(tokenizer, ["", *(caption.text for caption in captions)])
    goals = aim(mixes_of([None, *(caption.mix for caption in captions)])).features()
    ends = (ids == tokenizer.eos_token_id).int().argmax(1)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps + 1)
    for step in range(steps):
        chosen = torch.randint(len(ids), (BATCH,))
        # The empty caption is in every batch, because guidance uses it.
        chosen[0] = 0
        states = encoder(ids[chosen]).last_hidden_state
        loss = (states - text_states(goals[chosen], ends[chosen])).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"text encoder {model} step {step} of {steps} loss {loss.item():.6f}", flush=True)


def tokenize(tokenizer: CLIPTokenizer, texts: "list[str]") -> torch.Tensor:
    """Return the token ids of texts, (N, LENGTH)."""
    encoded = tokenizer(
        texts, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt"
    )
    return encoded.input_ids
