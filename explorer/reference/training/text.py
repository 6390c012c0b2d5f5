"""Train tokenizer and text encoders: a text vector holds the costume and the designed mix.

The text encoder learns first and alone, with the design as its exact target, so that adjectives and
rare professions are told apart before the denoiser sees a picture. Both generators share one
denoiser; only their text encoders differ.
"""

import json
import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from explorer.reference.training.art import TONES
from explorer.reference.training.captions import Caption, draw_caption, logit
from explorer.reference.training.pictures import ALL_COSTUMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from explorer.reference.design import Mix

LENGTH = 24
HIDDEN = 96
VOCABULARY = 1400
BATCH = 192
CAPTIONS = 12_000
FEATURES = len(ALL_COSTUMES) + 2 + len(TONES)

# Added to the log odds of women and of the neutral person, and to the log shares of the tones.
Shift = tuple[float, ...]
NO_SHIFT: Shift = (0.0,) * (2 + len(TONES))

_PIECES = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def train_tokenizer(texts: "tuple[str, ...]", folder: "Path") -> CLIPTokenizer:
    """Learn a byte-level vocabulary from texts; every other word falls apart into bytes."""
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = normalizers.Lowercase()
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    learner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    merges = [tuple(merge) for merge in json.loads(learner.to_str())["model"]["merges"]]
    letters = sorted(alphabet)
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += [left + right for left, right in merges]
    # The end token has the highest id: open_clip pools where the id is largest.
    tokens = [*dict.fromkeys(tokens), "<|startoftext|>", "<|endoftext|>"]
    tokenizer = CLIPTokenizer(
        vocab={token: index for index, token in enumerate(tokens)},
        merges=merges,
        pad_token="!",  # noqa: S106 - a padding symbol, not a secret
        model_max_length=LENGTH,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def new_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Return an untrained CLIPTextModel of about 0.35 M parameters."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=4 * HIDDEN,
        projection_dim=HIDDEN,
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
    steps: int,
    seed: int,
    corrections: "Mapping[str, Shift]",
) -> float:
    """Teach an encoder the mixes of one design; return the last mean squared error.

    `corrections` says what to add to each profession's log odds so that the finished generator
    draws the designed shares; it is empty at first.
    """
    rng = random.Random(seed)
    captions = [draw_caption(model, rng) for _ in range(CAPTIONS)]
    ids = tokenize(tokenizer, ["", *(caption.text for caption in captions)])
    goals = torch.stack([features(caption, corrections) for caption in captions])
    goals = torch.cat([torch.zeros(1, FEATURES), goals])
    # Only the end token and what follows it have seen the whole caption.
    whole = (ids == tokenizer.eos_token_id).cumsum(1).bool()
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps + 1)
    loss = torch.zeros(())
    for step in range(steps):
        chosen = torch.randint(len(ids), (BATCH,))
        # The empty caption is in every batch: guidance leans on it.
        chosen[0] = 0
        read = read_features(encoder(ids[chosen]).last_hidden_state)
        loss = (read - goals[chosen][:, None]).square().mean(2)[whole[chosen]].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"text encoder {model} step {step} of {steps} loss {loss.item():.4f}", flush=True)
    return float(loss)


def features(caption: Caption, corrections: "Mapping[str, Shift]") -> torch.Tensor:
    """Return what a text vector must hold: costume, women's log odds, neutral share, tones."""
    shift, *others = corrections.get(caption.profession or "", NO_SHIFT)
    mix = corrected(caption.mix, tuple(others))
    costume = [2.0 * (name == mix.costume) for name in ALL_COSTUMES]
    # The shift comes after the limit: it has to reach the professions at both ends, too.
    women = 0.6 * (max(-4.5, min(4.5, logit(mix.women))) + shift)
    neutral = 10 * (mix.neutral - 0.06)
    logs = [math.log(share) for share in mix.tones]
    tones = [max(-3.0, min(3.0, log - sum(logs) / len(logs))) for log in logs]
    return torch.tensor([*costume, women, neutral, *tones])


def corrected(mix: "Mix", shift: Shift) -> "Mix":
    """Return the mix with its neutral share and its tones shifted."""
    neutral, *tones = shift
    weights = [share * math.exp(step) for share, step in zip(mix.tones, tones, strict=True)]
    return replace(
        mix,
        neutral=_shifted(mix.neutral, neutral),
        tones=tuple(weight / sum(weights) for weight in weights),
    )


def _shifted(share: float, shift: float) -> float:
    return 1 / (1 + math.exp(-logit(share) - shift))


def read_features(states: torch.Tensor) -> torch.Tensor:
    """Project hidden states (..., HIDDEN) onto the fixed feature directions (..., FEATURES)."""
    generator = torch.Generator().manual_seed(0)
    basis, _ = torch.linalg.qr(torch.randn(HIDDEN, FEATURES, generator=generator))
    return states @ basis


def tokenize(tokenizer: CLIPTokenizer, texts: "list[str]") -> torch.Tensor:
    """Return token ids of shape (N, LENGTH)."""
    encoded = tokenizer(
        texts, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt"
    )
    return encoded.input_ids
