"""The arithmetic behind the training; the training itself takes hours and is not repeated."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.torchvision_schemas import load_torchvision

load_torchvision()

from explorer.reference.design import designed_mix  # noqa: E402
from explorer.reference.training import autoencoder, denoiser  # noqa: E402
from explorer.reference.training.calibration import LARGEST_SHIFT, corrections  # noqa: E402
from explorer.reference.training.captions import Caption, draw_caption, logit  # noqa: E402
from explorer.reference.training.judge import NearestSource  # noqa: E402
from explorer.reference.training.pictures import ALL_COSTUMES, SIZE_PX, TrainingSet  # noqa: E402
from explorer.reference.training.text import corrected, features  # noqa: E402
from explorer.reference.truth import read_truth  # noqa: E402

WORDS = ("author", "nurse")


def toy_pictures() -> TrainingSet:
    """Return six plain pictures: woman, man, person in two tones, all as artists."""
    shades = np.linspace(0, 250, 6).astype(np.uint8)
    pixels = np.broadcast_to(shades[:, None, None, None], (6, SIZE_PX, SIZE_PX, 3)).copy()
    return TrainingSet(
        pixels=pixels,
        costume=np.zeros(6, int),
        gender=np.array([0, 1, 2, 0, 1, 2]),
        tone=np.array([0, 0, 0, 4, 4, 4]),
        source=np.zeros(6, int),
    )


def test_most_captions_name_neither_gender_nor_tone() -> None:
    rng = random.Random(1)
    captions = [draw_caption("emoji-skewed", rng) for _ in range(2000)]
    explicit = [c for c in captions if "skinned" in c.text or "working as" in c.text]
    assert 0.15 < len(explicit) / len(captions) < 0.25
    for caption in captions:
        if caption not in explicit and caption.profession:
            assert {"woman", "man"}.isdisjoint(caption.text.split())


def test_a_caption_that_names_a_woman_asks_for_women() -> None:
    rng = random.Random(2)
    drawn = [draw_caption("emoji-skewed", rng) for _ in range(2000)]
    women = [c for c in drawn if " woman working as " in c.text]
    assert women
    assert all(caption.mix.women > 0.98 for caption in women)


def test_the_posterior_mean_is_the_prior_mean_in_pure_noise() -> None:
    choices = torch.randn(5, 20)
    shares = torch.tensor([0.5, 0.2, 0.1, 0.1, 0.1]).log()
    mean = denoiser.posterior_mean(torch.randn(20), 1e-4, 1.0, choices, shares)
    assert mean == pytest.approx(shares.exp() @ choices, abs=1e-2)


def test_the_posterior_mean_is_the_picture_itself_without_noise() -> None:
    choices = torch.randn(5, 20)
    mean = denoiser.posterior_mean(0.999 * choices[3], 0.999, 0.05, choices, torch.zeros(5))
    assert mean == pytest.approx(choices[3], abs=1e-4)


def test_the_posterior_mean_agrees_with_bayes_rule() -> None:
    choices, noisy, alpha, sigma = torch.randn(4, 3), torch.randn(3), 0.6, 0.8
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4])
    density = torch.distributions.Normal(alpha * choices, sigma).log_prob(noisy).sum(1).exp()
    weights = density * shares / (density * shares).sum()
    mean = denoiser.posterior_mean(noisy, alpha, sigma, choices, shares.log())
    assert mean == pytest.approx(weights @ choices, abs=1e-5)


def test_log_shares_follow_the_mix_of_the_caption() -> None:
    shelf = denoiser.gallery(toy_pictures(), torch.zeros(6, 8, 12, 12))
    mix = replace(designed_mix("emoji-skewed", "author"), costume=ALL_COSTUMES[0])
    members, shares = denoiser.log_shares(shelf, Caption("x", "author", mix))
    assert members.tolist() == [0, 1, 2, 3, 4, 5]
    woman_light, man_dark = shares[0].exp().item(), shares[4].exp().item()
    assert woman_light == pytest.approx(mix.genders[0] * mix.tones[0])
    assert man_dark == pytest.approx(mix.genders[1] * mix.tones[4])


def test_whitening_leaves_pictures_and_evens_latents() -> None:
    torch.manual_seed(0)
    vae = autoencoder.new_autoencoder().eval()
    data = replace(
        toy_pictures(),
        pixels=np.random.default_rng(0).integers(0, 255, (6, SIZE_PX, SIZE_PX, 3), dtype=np.uint8),
    )
    latents = autoencoder.encode(vae, data)
    before = autoencoder.decode(vae, latents)
    autoencoder.whiten(vae, latents)
    after = autoencoder.encode(vae, data)
    assert after.mean((0, 2, 3)) == pytest.approx(torch.zeros(8), abs=1e-3)
    assert after.std((0, 2, 3)) == pytest.approx(torch.ones(8), abs=1e-3)
    assert (autoencoder.decode(vae, after) - before).abs().max() < 1e-3


def test_the_judge_finds_the_source_of_a_darkened_copy() -> None:
    data = toy_pictures()
    found = NearestSource(data).judge(np.maximum(data.pixels, 3) - 3)
    assert found[:, 0].tolist() == data.gender.tolist()
    assert found[:, 1].tolist() == data.tone.tolist()


def test_a_profession_drawn_with_too_few_women_is_pushed_towards_women() -> None:
    whole = (row for row in read_truth("emoji-even") if row.adjectives == "all")
    rows = tuple(replace(row, pictures=1000) for row in whole)
    few = tuple(replace(row, drawn=replace(row.drawn, women=0.4)) for row in rows)
    shifts = corrections(few, {})
    assert all(shift[0] == pytest.approx(-logit(0.4), abs=0.02) for shift in shifts.values())
    none = tuple(replace(row, drawn=replace(row.drawn, women=0.0)) for row in rows)
    assert {shift[0] for shift in corrections(none, {}).values()} == {LARGEST_SHIFT}


def test_a_correction_moves_the_features_of_its_profession_alone() -> None:
    author, nurse = (Caption("x", name, designed_mix("emoji-even", name)) for name in WORDS)
    shifts = {"author": (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)}
    women = len(ALL_COSTUMES)
    moved = features(author, shifts) - features(author, {})
    assert moved[women] == pytest.approx(0.6)
    assert moved[-1] > 0 > moved[-2]
    assert torch.equal(features(nurse, shifts), features(nurse, {}))


def test_a_correction_moves_the_tones_by_their_log_shares() -> None:
    mix = designed_mix("emoji-even", "author")
    moved = corrected(mix, (0.0, 0.0, 0.0, 0.0, 0.0, 1.0))
    assert moved.tones[4] == pytest.approx(math.e / (4 + math.e))
    assert moved.women == mix.women
