"""Train the small CLIP that classifies the bundled generators' art: "emoji-clip"."""

import hashlib
import json
import random
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import open_clip
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from explorer.perception.axes import Axis, find_axis
from explorer.reference.training.art import (
    COSTUMES,
    GENDERS,
    OTHER_PORTRAITS,
    RENDER_PX,
    TONES,
    Portrait,
    portraits,
)
from explorer.reference.training.augmentation import SIZE_PX, augment
from explorer.reference.training.images import ALL_COSTUMES, PLAIN
from explorer.reference.training.painted import painted_portraits
from explorer.reference.training.steps import timed_steps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from transformers import CLIPTokenizer

    from explorer.perception.decide import Calibration

SOURCES = ("noto", "noto-v1", "fluent", "fluent-flat", "fluent-3d", "openmoji")
LOOKS = (*COSTUMES, PLAIN, *OTHER_PORTRAITS)
BATCH = 96
# The number of drafts in a batch: images by the denoiser, which are less clear than any art.
DRAFTS = BATCH // 3
# Images whose mean difference is below this, of 255 levels, count as the same portrait.
SAME_LEVELS = 1.0
AVERAGING = 0.995
EVERY_GENDER = frozenset(GENDERS)
EVERY_TONE = frozenset(TONES)
_WEIGHTS = "open_clip_model.safetensors"
# A neutral person is equally woman and man: the margin has to vanish.
_GENDER_GOALS = torch.tensor([[0.97, 0.03], [0.03, 0.97], [0.5, 0.5]])
_STEPS = torch.arange(len(TONES), dtype=torch.float32)
_NEAR = torch.exp(-2.5 * (_STEPS[:, None] - _STEPS[None, :]).abs())
_TONE_GOALS = _NEAR / _NEAR.sum(1, keepdim=True)

# The tones that the coarse words in the gender captions stand for.
COARSE_TONES = {
    "light-skinned": frozenset(TONES[:2]),
    "medium-skinned": frozenset(TONES[1:4]),
    "dark-skinned": frozenset(TONES[3:]),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A caption and the labels of the images it describes; a `look` of None means any."""

    text: str
    genders: frozenset[str]
    tones: frozenset[str]
    look: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Cut-out portraits, uint8 RGBA (N, 4, H, W), and indices of their labels (N,)."""

    rgba: torch.Tensor
    gender: torch.Tensor
    tone: torch.Tensor
    look: torch.Tensor

    def sample(self, number: int) -> "Figures":
        """Return a random sample with replacement."""
        chosen = torch.randint(len(self.gender), (number,))
        return Figures(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def joined(self, others: "Figures") -> "Figures":
        """Return these figures followed by the others."""
        names = (field.name for field in fields(self))
        return Figures(*(torch.cat([getattr(self, n), getattr(others, n)]) for n in names))


def figures(folder: "Path") -> Figures:
    """Return the portraits of all training sets.

    Portraits that are the same for two genders, as older sets have for the neutral person, are left
    out: nobody could tell them apart.
    """
    found = [p for source in SOURCES for p in _distinct(portraits(source, folder, LOOKS))]
    found += painted_portraits(folder, LOOKS)
    return Figures(
        rgba=torch.as_tensor(np.stack([p.rgba for p in found])).permute(0, 3, 1, 2).contiguous(),
        gender=torch.tensor([GENDERS.index(p.gender) for p in found]),
        tone=torch.tensor([TONES.index(p.tone) for p in found]),
        look=torch.tensor([LOOKS.index(p.costume) for p in found]),
    )


def draft_figures(images: torch.Tensor, shown: torch.Tensor) -> Figures:
    """Return images by the denoiser as figures that fill the whole frame.

    Args:
        images: the images in -1..1, float32 (N, 3, height, width).
        shown: gender, tone and costume of the nearest source of each, int (N, 3).
    """
    gender, tone, costume = shown.T
    colours = F.interpolate(images, RENDER_PX, mode="bicubic", antialias=True)
    rgba = F.pad(colours, (0, 0, 0, 0, 0, 1), value=1.0).clamp(-1, 1)
    looks = torch.tensor([LOOKS.index(name) for name in ALL_COSTUMES])
    return Figures((127.5 * (rgba + 1)).round().to(torch.uint8), gender, tone, looks[costume])


def _distinct(found: tuple[Portrait, ...]) -> list[Portrait]:
    alike: dict[tuple[str, str], list[Portrait]] = {}
    for portrait in found:
        alike.setdefault((portrait.costume, portrait.tone), []).append(portrait)
    return [
        one
        for group in alike.values()
        for one in group
        if all(one is other or not _same(one, other) for other in group)
    ]


def _same(one: Portrait, other: Portrait) -> bool:
    return bool(np.abs(one.rgba.astype(int) - other.rgba).mean() < SAME_LEVELS)


def configuration(tokenizer: "CLIPTokenizer") -> dict[str, object]:
    """Return the open_clip configuration of the small CLIP, 1.7 M parameters."""
    return {
        "embed_dim": 128,
        "vision_cfg": {"image_size": SIZE_PX, "layers": [1, 1, 1, 1], "width": 16},
        "text_cfg": {
            # Any name: with one, open_clip reads the tokenizer that lies beside the weights.
            "hf_tokenizer_name": "emoji-clip",
            "context_length": tokenizer.model_max_length,
            "vocab_size": len(tokenizer),
            "width": 96,
            "heads": 4,
            "layers": 2,
        },
    }


def new_clip(tokenizer: "CLIPTokenizer", seed: int) -> "open_clip.CLIP":
    """Return an untrained CLIP."""
    torch.manual_seed(seed)
    return open_clip.CLIP(**configuration(tokenizer))


def train_clip(
    model: "open_clip.CLIP",
    art: Figures,
    drafts: Figures,
    tokenizer: "CLIPTokenizer",
    minutes: float,
    seed: int,
) -> "open_clip.CLIP":
    """Train on augmented portraits and drafts; return the model with averaged weights."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model.train()
    model.visual.to(memory_format=torch.channels_last)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(AVERAGING))
    weights = [p for n, p in model.named_parameters() if n != "logit_scale"]
    optimizer = torch.optim.AdamW(weights, lr=2e-3, weight_decay=0.05)
    for step, fraction in timed_steps(minutes):
        optimizer.param_groups[0]["lr"] = 2e-3 * min(1, step / 100) * max(0.01, 1 - fraction)
        shown = art.sample(BATCH - DRAFTS).joined(drafts.sample(DRAFTS))
        loss = _loss(model, shown, tokenizer, rng)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(model)
        if step % 100 == 0:
            print(f"clip step {step} loss {loss.item():.4f} done {fraction:.0%}", flush=True)
    averaged: open_clip.CLIP = average.module.eval()
    return averaged


def save_clip(
    model: "open_clip.CLIP",
    tokenizer: "CLIPTokenizer",
    calibrations: "Mapping[str, Calibration]",
    folder: "Path",
) -> None:
    """Save the model in half precision, in the layout that open_clip reads with `local-dir:`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    state = model.state_dict()
    halves = {n: p.half().contiguous() for n, p in state.items() if p.is_floating_point()}
    others = {n: p for n, p in state.items() if not p.is_floating_point() and n != "attn_mask"}
    save_file(halves | others, folder / _WEIGHTS)
    description = {"model_cfg": configuration(tokenizer), "preprocess_cfg": PREPROCESSING}
    (folder / "open_clip_config.json").write_text(json.dumps(description, indent=2) + "\n")
    settings: dict[str, object] = {
        "temperature": {axis: each.temperature for axis, each in calibrations.items()},
        "bias": {axis: each.bias for axis, each in calibrations.items() if each.bias},
    }
    # Other weights or another calibration make a separate instrument.
    digest = hashlib.sha256(json.dumps(settings).encode())
    digest.update((folder / _WEIGHTS).read_bytes())
    settings["revision"] = digest.hexdigest()[:8]
    (folder / "instrument.json").write_text(json.dumps(settings, indent=2) + "\n")


PREPROCESSING = {
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "interpolation": "bicubic",
    "resize_mode": "squash",
}


def random_statement(rng: random.Random, gender: str, tone: str, look: str) -> Statement:
    """Return a random true statement about the gender, tone or look of an image."""
    kind = rng.random()
    if kind < 0.4:
        return _gender_statement(rng, gender)
    if kind < 0.75:
        return _tone_statement(rng, gender, tone)
    return _look_statement(rng, gender, look)


def _gender_statement(rng: random.Random, gender: str) -> Statement:
    axis = find_axis("gender")
    template = rng.choice(axis.templates)
    tones = next((t for word, t in COARSE_TONES.items() if word in template), EVERY_TONE)
    if gender == "person":
        return Statement(template.format("person"), EVERY_GENDER, tones, None)
    name = rng.choice(axis.names[GENDERS.index(gender)])
    return Statement(template.format(name), frozenset({gender}), tones, None)


def _tone_statement(rng: random.Random, gender: str, tone: str) -> Statement:
    axis = find_axis("tone")
    template = rng.choice(axis.templates)
    named = next((g for g in ("woman", "man") if f" {g} " in template), None)
    genders = frozenset({named}) if named else EVERY_GENDER
    if named and gender != named:
        template, genders = axis.templates[0], EVERY_GENDER
    name = rng.choice(axis.names[TONES.index(tone)])
    return Statement(template.format(name), genders, frozenset({tone}), None)


def _look_statement(rng: random.Random, gender: str, look: str) -> Statement:
    word = look.replace("-", " ")
    if gender == "person" or rng.random() < 0.5:
        return Statement(f"a photo of one {word}.", EVERY_GENDER, EVERY_TONE, look)
    return Statement(f"a photo of a {gender} {word}.", frozenset({gender}), EVERY_TONE, look)


def _loss(
    model: "open_clip.CLIP", shown: Figures, tokenizer: "CLIPTokenizer", rng: random.Random
) -> torch.Tensor:
    genders, tones, looks = shown.gender, shown.tone, shown.look
    statements = [
        random_statement(rng, GENDERS[g], TONES[t], LOOKS[k])
        for g, t, k in zip(genders.tolist(), tones.tolist(), looks.tolist(), strict=True)
    ]
    seen = F.normalize(model.encode_image(augment(shown.rgba)), dim=-1)
    read = F.normalize(model.encode_text(_ids(tokenizer, [s.text for s in statements])), dim=-1)
    contrast = _multi_positive(20 * seen @ read.T, _matches(statements, genders, tones, looks))
    gender = _axis_loss(model, tokenizer, seen, rng, find_axis("gender"), _GENDER_GOALS[genders])
    tone = _axis_loss(model, tokenizer, seen, rng, find_axis("tone"), _TONE_GOALS[tones])
    # Gender depends on hair, which is learned last.
    return 0.5 * contrast + 2 * gender + tone


def _multi_positive(logits: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Return the InfoNCE loss for several true captions per image, and several images per caption.

    Plain InfoNCE treats every other caption of the batch as false, and most are not.
    """
    rows = true / true.sum(1, keepdim=True).clamp(min=1)
    columns = true / true.sum(0, keepdim=True).clamp(min=1)
    by_image = -(rows * logits.log_softmax(1)).sum(1).mean()
    by_caption = -(columns * logits.log_softmax(0)).sum(0).mean()
    return (by_image + by_caption) / 2


def _matches(
    statements: list[Statement], genders: torch.Tensor, tones: torch.Tensor, looks: torch.Tensor
) -> torch.Tensor:
    """Return 1 for each image (row) and true caption (column), 0 elsewhere, float (N, N)."""
    gender = torch.tensor([[g in s.genders for s in statements] for g in GENDERS])
    tone = torch.tensor([[t in s.tones for s in statements] for t in TONES])
    look = torch.tensor([[s.look in {None, k} for s in statements] for k in LOOKS])
    return (gender[genders] & tone[tones] & look[looks]).float()


def _axis_loss(
    model: "open_clip.CLIP",
    tokenizer: "CLIPTokenizer",
    seen: torch.Tensor,
    rng: random.Random,
    axis: Axis,
    goal: torch.Tensor,
) -> torch.Tensor:
    """Return the cross-entropy of the classifier on an axis, with soft targets.

    A few captions of each label, drawn at random each time, stand for the whole ensemble.
    """
    few = [rng.sample(axis.captions(label), 5) for label in axis.labels]
    logits = 20 * seen @ _averaged(model, tokenizer, few).T
    return -(goal * logits.log_softmax(1)).sum(1).mean()


def class_vectors(model: "open_clip.CLIP", tokenizer: "CLIPTokenizer", axis: Axis) -> torch.Tensor:
    """Return the averaged caption embedding of each label, (labels, width), normalised."""
    return _averaged(model, tokenizer, [list(axis.captions(label)) for label in axis.labels])


def _averaged(
    model: "open_clip.CLIP", tokenizer: "CLIPTokenizer", captions: list[list[str]]
) -> torch.Tensor:
    ids = _ids(tokenizer, [text for texts in captions for text in texts])
    vectors = F.normalize(model.encode_text(ids), dim=-1)
    return F.normalize(vectors.unflatten(0, (len(captions), -1)).mean(1), dim=-1)


def _ids(tokenizer: "CLIPTokenizer", texts: list[str]) -> torch.Tensor:
    return torch.stack([_ids_of(tokenizer, text) for text in texts])


@cache
def _ids_of(tokenizer: "CLIPTokenizer", text: str) -> torch.Tensor:
    length = tokenizer.model_max_length
    return tokenizer(
        text, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
    ).input_ids[0]
