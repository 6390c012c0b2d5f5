"""The arithmetic behind the training; the training itself takes hours and is not repeated."""

import json
import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explorer.perception.axes import Perception, find_axis
from explorer.perception.instruments import Instrument
from explorer.torchvision_schemas import load_torchvision

load_torchvision()

from explorer.pronouns.loading import load_language_model  # noqa: E402
from explorer.pronouns.probe import score_template  # noqa: E402
from explorer.pronouns.source import find_source  # noqa: E402
from explorer.pronouns.templates import TEMPLATES  # noqa: E402
from explorer.reference.design import designed_mix  # noqa: E402
from explorer.reference.training import (  # noqa: E402
    autoencoder,
    calibration,
    conditions,
    denoiser,
    language,
)
from explorer.reference.training.art import RENDER_PX, TONES  # noqa: E402
from explorer.reference.training.augmentation import augment  # noqa: E402
from explorer.reference.training.captions import random_caption  # noqa: E402
from explorer.reference.training.clip import LOOKS, draft_figures  # noqa: E402
from explorer.reference.training.errors import AXES, confusion, true_labels  # noqa: E402
from explorer.reference.training.exam import fitted  # noqa: E402
from explorer.reference.training.images import (  # noqa: E402
    ALL_COSTUMES,
    PLAIN,
    SIZE_PX,
    TrainingSet,
)
from explorer.reference.training.measure import KINDS, tone_confusion, truth_rows  # noqa: E402
from explorer.reference.training.nearest import NearestSource  # noqa: E402
from explorer.reference.training.painted import HAIR_PAINTS, painted_portraits  # noqa: E402
from explorer.reference.training.preview import fit_preview  # noqa: E402
from explorer.settings import Settings  # noqa: E402
from explorer.words.vocabulary import load_professions  # noqa: E402
from tests.fakes import FAKE_CLIP  # noqa: E402

COSTUMES = len(ALL_COSTUMES)


def toy_images() -> TrainingSet:
    """Return six plain images: woman, man, person in two tones, all as artists."""
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
    captions = [random_caption("emoji-skewed", rng) for _ in range(2000)]
    explicit = [c for c in captions if "skinned" in c.text or "working as" in c.text]
    assert 0.15 < len(explicit) / len(captions) < 0.25
    for caption in captions:
        if caption not in explicit and caption.profession:
            assert {"woman", "man"}.isdisjoint(caption.text.split())


def test_a_caption_that_names_a_woman_asks_for_women() -> None:
    rng = random.Random(2)
    captions = [random_caption("emoji-skewed", rng) for _ in range(2000)]
    women = [c for c in captions if " woman working as " in c.text]
    assert women
    assert all(caption.mix.women > 0.98 for caption in women)


def test_the_posterior_mean_is_the_prior_mean_in_pure_noise() -> None:
    choices = torch.randn(5, 20)
    shares = torch.tensor([[0.5, 0.2, 0.1, 0.1, 0.1]]).log()
    level = torch.tensor([[1e-4]]), torch.tensor([[1.0]])
    mean = denoiser.posterior_mean(torch.randn(1, 20), *level, choices, shares)
    assert mean[0] == pytest.approx(shares[0].exp() @ choices, abs=1e-2)


def test_the_posterior_mean_is_the_image_itself_without_noise() -> None:
    choices = torch.randn(5, 20)
    level = torch.tensor([[0.999]]), torch.tensor([[0.05]])
    mean = denoiser.posterior_mean(0.999 * choices[3:4], *level, choices, torch.zeros(1, 5))
    assert mean[0] == pytest.approx(choices[3], abs=1e-4)


def test_the_posterior_mean_agrees_with_bayes_rule() -> None:
    choices, noisy, alpha, sigma = torch.randn(4, 3), torch.randn(3), 0.6, 0.8
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4])
    density = torch.distributions.Normal(alpha * choices, sigma).log_prob(noisy).sum(1).exp()
    weights = density * shares / (density * shares).sum()
    level = torch.tensor([[alpha]]), torch.tensor([[sigma]])
    mean = denoiser.posterior_mean(noisy[None], *level, choices, shares.log()[None])
    assert mean[0] == pytest.approx(weights @ choices, abs=1e-5)


def test_images_are_shown_as_often_as_the_mix_says() -> None:
    data = replace(whole_wardrobe(), tone=np.tile([0, 4], 3 * COSTUMES))
    gallery = denoiser.Gallery(
        latents=torch.zeros(COSTUMES, 6, 8),
        gender=torch.as_tensor(data.gender).view(COSTUMES, 6),
        tone=torch.as_tensor(data.tone).view(COSTUMES, 6),
        contrasts=torch.zeros(COSTUMES + 1, 14, 8),
    )
    mix = designed_mix("emoji-skewed", "author")
    costume = ALL_COSTUMES.index(mix.costume)
    _, shares = denoiser.choices_of(gallery, costume, conditions.mixes_of([mix]))
    woman_light, man_dark = shares[0, 0].exp().item(), shares[0, 3].exp().item()
    assert woman_light == pytest.approx(mix.genders[0] * mix.tones[0], rel=1e-4)
    assert man_dark == pytest.approx(mix.genders[1] * mix.tones[4], rel=1e-4)


def whole_wardrobe() -> TrainingSet:
    """Return one plain image of each gender twice in each costume."""
    number = 6 * COSTUMES
    return TrainingSet(
        pixels=np.zeros((number, SIZE_PX, SIZE_PX, 3), np.uint8),
        costume=np.repeat(np.arange(COSTUMES), 6),
        gender=np.tile([0, 0, 1, 1, 2, 2], COSTUMES),
        tone=np.zeros(number, int),
        source=np.zeros(number, int),
    )


def test_a_text_vector_tells_costume_women_neutral_persons_and_tones() -> None:
    mix = designed_mix("emoji-skewed", "nurse", "feminine")
    (told,) = conditions.mixes_of([mix]).features()
    costume = ALL_COSTUMES.index(mix.costume)
    assert told[:COSTUMES].argmax() == costume
    odds = told[conditions.WOMEN] / conditions.ODDS_SCALE
    assert torch.sigmoid(odds).item() == pytest.approx(mix.women, abs=1e-4)
    assert told[conditions.NEUTRAL].item() == pytest.approx(0, abs=1e-4)
    tones = (told[conditions.FIRST_TONE :] / conditions.ODDS_SCALE).softmax(0)
    assert tones.tolist() == pytest.approx(mix.tones, abs=1e-4)


def test_an_empty_caption_asks_for_nothing_and_may_show_anything() -> None:
    mixes = conditions.mixes_of([None, designed_mix("emoji-even", "author")])
    assert not mixes.features()[0].any()
    assert mixes.log_genders()[0].exp().tolist() == pytest.approx([1 / 3] * 3)
    assert mixes.tones[0].exp().tolist() == pytest.approx([0.2] * 5)


def test_random_mixes_are_shares_and_reach_both_ends() -> None:
    torch.manual_seed(0)
    mixes = conditions.random_mixes(4000, empty_share=0.1)
    assert mixes.log_genders().exp().sum(1) == pytest.approx(torch.ones(4000), abs=1e-4)
    assert mixes.tones.exp().sum(1) == pytest.approx(torch.ones(4000), abs=1e-4)
    assert mixes.women.sigmoid().min() < 0.01
    assert mixes.women.sigmoid().max() > 0.99
    assert set(mixes.costume.tolist()) == {*range(COSTUMES), conditions.EMPTY}
    assert not mixes.features()[mixes.costume == conditions.EMPTY].any()


def test_tokens_before_the_end_of_a_caption_say_nothing() -> None:
    states = conditions.text_states(torch.ones(1, conditions.FEATURES), torch.tensor([7]))
    assert states.shape == (1, conditions.LENGTH, conditions.WIDTH)
    assert not states[0, :7].any()
    assert states[0, 7:, : conditions.FEATURES].all()
    assert not states[0, :, conditions.FEATURES :].any()


def test_correcting_a_request_for_the_distortion_generates_the_wanted_mix() -> None:
    distortion = some_distortion()
    wanted = conditions.mixes_of([designed_mix("emoji-skewed", name) for name in ("nurse", "CEO")])
    generated = distortion.generated(distortion.aim(wanted))
    assert generated.women == pytest.approx(wanted.women, abs=1e-4)
    assert generated.neutral == pytest.approx(wanted.neutral, abs=1e-4)
    assert generated.tones == pytest.approx(wanted.tones, abs=1e-4)


def test_the_distortion_is_estimated_from_generated_images() -> None:
    torch.manual_seed(3)
    distortion, requested = some_distortion(), conditions.random_mixes(20_000)
    generated = distortion.generated(requested)
    shown = torch.stack(
        [
            torch.distributions.Categorical(logits=generated.log_genders()).sample(),
            torch.distributions.Categorical(logits=generated.tones).sample(),
            requested.costume,
        ],
        1,
    )
    found = calibration.fit_distortion(requested, shown)
    wanted = conditions.mixes_of([designed_mix("emoji-even", "author")])
    assert found.aim(wanted).women == pytest.approx(distortion.aim(wanted).women, abs=0.25)
    assert found.aim(wanted).tones == pytest.approx(distortion.aim(wanted).tones, abs=0.25)


def some_distortion() -> calibration.Distortion:
    line = torch.tensor([[0.8, 0.5]]).repeat(COSTUMES, 1)
    offsets = torch.tensor([[-0.5, 0.2, 0.4, 0.1, -0.2]]).repeat(COSTUMES, 1)
    return calibration.Distortion(line, line, torch.full((COSTUMES,), 0.9), offsets)


def test_a_distortion_is_saved_unchanged(tmp_path: Path) -> None:
    some_distortion().save(tmp_path / "distortion.json")
    kept = calibration.read_distortion(tmp_path / "distortion.json")
    assert torch.equal(kept.tone_offset, some_distortion().tone_offset)
    assert torch.equal(kept.women, some_distortion().women)


def test_temperature_and_bias_of_an_instrument_are_found() -> None:
    torch.manual_seed(4)
    cosines = 0.1 * torch.randn(20_000, 2)
    chance = ((cosines[:, 0] - cosines[:, 1] + 0.03) / 0.05).sigmoid()
    women = torch.bernoulli(chance)
    found = fitted(cosines, torch.stack([women, 1 - women], 1))
    assert found.temperature == pytest.approx(0.05, abs=0.004)
    assert found.bias == pytest.approx((-0.03, 0.0), abs=0.004)


def test_whitening_leaves_images_and_evens_latents() -> None:
    torch.manual_seed(0)
    vae = autoencoder.new_autoencoder().eval()
    data = replace(
        toy_images(),
        pixels=np.random.default_rng(0).integers(0, 255, (6, SIZE_PX, SIZE_PX, 3), dtype=np.uint8),
    )
    latents = autoencoder.encode(vae, data)
    before = autoencoder.decode(vae, latents)
    autoencoder.whiten(vae, latents)
    after = autoencoder.encode(vae, data)
    assert after.mean((0, 2, 3)) == pytest.approx(torch.zeros(8), abs=1e-3)
    assert after.std((0, 2, 3)) == pytest.approx(torch.ones(8), abs=1e-3)
    assert (autoencoder.decode(vae, after) - before).abs().max() < 1e-3


def test_a_decoder_is_told_the_part_of_the_image_that_the_latents_are_of() -> None:
    torch.manual_seed(0)
    latents = torch.rand(4, 8, 12, 12) * 2 - 1
    pixels = ((enlarged(latents) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    decoder = SimpleNamespace(decode=lambda crop: SimpleNamespace(sample=enlarged(crop)))
    shown = torch.tensor([2, 0, 3, 1])
    right = autoencoder.decoder_loss(decoder, latents[shown], pixels, shown)
    wrong = autoencoder.decoder_loss(decoder, latents, pixels, shown)
    assert right < 0.2 < wrong


def enlarged(latents: torch.Tensor) -> torch.Tensor:
    return latents[:, :3].repeat_interleave(8, 2).repeat_interleave(8, 3)


def test_a_preview_is_what_a_linear_decoder_would_draw() -> None:
    torch.manual_seed(0)
    latents = torch.randn(40, 8, 12, 12)
    images = enlarged(torch.einsum("nchw,cd->ndhw", latents, torch.randn(8, 3)))
    found = fit_preview(latents[:20], images[:20])
    small = images[20:, :, ::2, ::2]
    assert (found(latents[20:]) - small).abs().max() < 0.05


def test_the_nearest_source_is_that_of_a_darkened_copy() -> None:
    data = toy_images()
    images = torch.as_tensor(data.pixels).permute(0, 3, 1, 2).float()
    found = NearestSource(data, images, as_it_is).classify((images - 3).clamp(min=0))
    assert found[:, 0].tolist() == data.gender.tolist()
    assert found[:, 1].tolist() == data.tone.tolist()


def test_the_nearest_source_has_the_tone_of_the_face_and_not_of_the_hair() -> None:
    dark_hair, pale_hair = torch.zeros(3, SIZE_PX, SIZE_PX), torch.ones(3, SIZE_PX, SIZE_PX)
    middle = slice(SIZE_PX // 3, 2 * SIZE_PX // 3)
    sources = torch.stack([pale_hair, dark_hair])
    # In the sources dark hair goes with a dark face; the generated image has it over a pale one.
    sources[0, :, middle, middle], sources[1, :, middle, middle] = 0.9, 0.1
    generated = dark_hair.clone()
    generated[:, middle, middle] = 0.8
    data = replace(
        toy_images(),
        costume=np.zeros(2, int),
        gender=np.zeros(2, int),
        tone=np.array([0, 4]),
        source=np.zeros(2, int),
    )
    assert NearestSource(data, sources, as_it_is).classify(generated[None])[:, 1].tolist() == [0]


def as_it_is(images: torch.Tensor) -> torch.Tensor:
    return images


def said(axis: str, labels: list[str | None]) -> list[Perception]:
    instrument = Instrument.of(FAKE_CLIP, find_axis(axis))
    return [Perception("key", axis, instrument, label, None, ()) for label in labels]


def test_pixels_are_compared_with_the_bin_of_the_true_tone() -> None:
    truths = true_labels([(0, tone, 3) for tone in range(5)])
    assert truths["tone"] == [0, 1, 2, 3, 4]
    assert truths["pixel-tone"] == [0, 0, 1, 1, 2]
    seen = said("pixel-tone", ["light", "medium", "medium", None, "medium"])
    found = confusion(find_axis("pixel-tone"), seen, truths["pixel-tone"])
    assert found == [[1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 1, 0]]
    assert [axis.name for axis in AXES] == [*truths]


def test_neutral_persons_are_shared_out_as_women_stand_to_men() -> None:
    truths = true_labels([(0, 0, 0)] * 3 + [(1, 0, 0)] + [(2, 0, 0)] * 4)
    seen = said("gender", ["feminine"] * 3 + ["masculine"] + [None] * 4)
    found = confusion(find_axis("gender"), seen, truths["gender"])
    assert found == [[3, 0], [0, 1], [3, 1]]


def test_the_small_clip_sees_the_art_and_what_the_denoiser_made_of_it() -> None:
    data = toy_images()
    shown = torch.tensor([[0, 4, ALL_COSTUMES.index(PLAIN)], [1, 0, 0]])
    figures = draft_figures(autoencoder.to_tensor(data.pixels[[1, 5]]), shown)
    assert figures.rgba.shape == (2, 4, RENDER_PX, RENDER_PX)
    assert (figures.rgba[:, 3] == 255).all()
    assert [int(image[0, 0, 0]) for image in figures.rgba] == [50, 250]
    assert [LOOKS[look] for look in figures.look] == [PLAIN, "artist"]
    assert (figures.gender.tolist(), figures.tone.tolist()) == ([0, 1], [4, 0])
    both = figures.sample(3).joined(figures)
    assert len(both.rgba) == len(both.look) == 5
    images = augment(both.rgba)
    assert images.shape == (5, 3, 64, 64)
    assert images.abs().max() <= 1


def test_art_of_one_skin_and_hair_is_repainted_in_every_tone(tmp_path: Path) -> None:
    body = (
        '<path fill="#a86c4d" d="M0 0h48v16H0z"/><path fill="#ffcebf" d="M0 16h48v16H0z"/>'
        '<path fill="#ff87af" d="M0 32h48v16H0z"/>'
    )
    icons = {f"{name}-2": {"body": body} for name in ("woman", "man", "man-cook")}
    package = tmp_path / "streamline" / "package"
    package.mkdir(parents=True)
    (package / "icons.json").write_text(json.dumps({"icons": icons, "width": 48, "height": 48}))
    found = painted_portraits(tmp_path, ("plain", "cook", "judge"))
    assert len(found) == 3 * len(TONES) * len(HAIR_PAINTS)
    assert {(p.costume, p.gender) for p in found} == {
        ("plain", "woman"),
        ("plain", "man"),
        ("cook", "man"),
    }
    grey_haired_and_dark = found[len(TONES) * len(HAIR_PAINTS) - 1]
    assert grey_haired_and_dark.tone == "dark"
    hair, skin, shirt = grey_haired_and_dark.rgba[[20, 64, 108], 64, :3].tolist()
    assert (hair, skin, shirt) == ([169, 171, 176], [89, 69, 57], [0, 184, 240])


def test_the_truth_allows_for_the_tones_that_previews_say() -> None:
    # Of images of the first tone previews always say it, of the second half the time.
    image = torch.tensor([[0, tone, 0] for tone in range(5) for _ in range(2)])
    preview = image.clone()
    preview[2, 1] = 0
    said = tone_confusion(preview, image)
    assert said[:2, :2].tolist() == [[2, 1], [0, 1]]
    counts = np.zeros((len(load_professions()), len(KINDS), 3, 5, 2), int)
    counts[..., 0, :, 0] = [30, 10, 20, 20, 20]
    counts[..., 1, :, 0] = [30, 10, 20, 20, 20]
    first = truth_rows("emoji-even", counts, said)[0]
    assert first.images == 200
    assert first.generated.women == 0.5
    assert first.generated.tones == pytest.approx((0.2, 0.2, 0.2, 0.2, 0.2))


@pytest.mark.parametrize("model", language.BUNDLED)
def test_the_sentences_of_a_training_have_the_designed_pronouns(model: str) -> None:
    torch.manual_seed(1)
    odds = language.designed_shares(model)
    counts = torch.zeros_like(odds)
    for _step, rows, pronouns in language.sampled(odds, 3000):
        ones = torch.ones(len(rows), dtype=odds.dtype)
        counts.index_put_((rows, pronouns), ones, accumulate=True)
    found = counts.reshape(8, 150, 3).sum(0)
    log_odds, designed = (
        (each[:, 0] / each[:, 1]).log() for each in (found, odds.reshape(8, 150, 3)[0])
    )
    assert (log_odds - designed).abs().max() < 0.15


def test_a_short_training_makes_a_model_that_the_probe_can_ask(tmp_path: Path) -> None:
    language.train("pronoun-even", 3, 1, tmp_path)
    model = load_language_model(find_source(str(tmp_path)), Settings(tmp_path, "cpu", 32))
    assert len(score_template(model, TEMPLATES[0], ["nurse", "CEO"])) == 2
