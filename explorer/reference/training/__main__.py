"""Retrain the bundled generators and the small CLIP: `python -m explorer.reference.training`.

Each command is one stage and saves its result in the working folder; `everything` runs them all.
On two cores this takes several hours, most of them for counting the images of the generators.
"""

import functools
import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import torch
from cyclopts import App, Parameter
from cyclopts.validators import Number

from explorer.torchvision_schemas import load_torchvision

load_torchvision()

from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: E402 - after load_torchvision
from transformers import CLIPTextModel, CLIPTokenizer  # noqa: E402

from explorer import settings  # noqa: E402
from explorer.models.catalog import weights_folder  # noqa: E402
from explorer.reference.check import check, summary  # noqa: E402
from explorer.reference.design import BUNDLED  # noqa: E402
from explorer.reference.training import (  # noqa: E402
    autoencoder,
    calibration,
    captions,
    clip,
    conditions,
    denoiser,
    exam,
    language,
    measure,
    preview,
    text,
)
from explorer.reference.training.errors import count_errors  # noqa: E402
from explorer.reference.training.folders import save_generator, save_sample  # noqa: E402
from explorer.reference.training.images import TrainingSet, training_set  # noqa: E402
from explorer.reference.training.nearest import NearestSource  # noqa: E402
from explorer.reference.training.proof import shown_in  # noqa: E402
from explorer.reference.truth import Truth, truth_path, write_truth  # noqa: E402
from explorer.store.index import Store  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.reference.design import Mix

SEED = 1
_DISTORTION = "distortion.json"
_PREVIEW_TONES = "preview-tones.npy"

app = App(
    name="python -m explorer.reference.training",
    help="Train the bundled models on emoji art.",
    help_format="plaintext",
    version_flags=(),
)
Work = Annotated[Path, Parameter(help="Folder for the art and the results of the stages.")]
Generator = Annotated[str | None, Parameter(help="Name of the generator.", show_default="both")]
Minutes = Annotated[float, Parameter(validator=Number(gte=0.1), help="Training time.")]


@app.command(name="tokenizer")
def make_tokenizer(*, work: Work) -> None:
    """Train the tokenizer that the generators and the CLIP share."""
    text.train_tokenizer(captions.training_words(), work / "tokenizer")


@app.command(name="autoencoder")
def make_autoencoder(*, work: Work, minutes: Minutes = 9) -> None:
    """Train the autoencoder and encode the training images."""
    data = _images(work)
    vae = autoencoder.train_autoencoder(data, minutes, SEED)
    vae.save_pretrained(work / "vae")
    torch.save(autoencoder.encode(vae, data), work / "latents.pt")


@app.command(name="denoiser")
def make_denoiser(*, work: Work, minutes: Minutes = 38) -> None:
    """Train the denoiser that both generators share, starting from the saved one if it exists."""
    torch.manual_seed(SEED)
    kept = work / "unet"
    unet = denoiser.prepared(_denoiser(work)) if kept.exists() else denoiser.new_denoiser()
    gallery = denoiser.new_gallery(_images(work), torch.load(work / "latents.pt"))
    denoiser.train_denoiser(unet, gallery, minutes, SEED).save_pretrained(kept)


@app.command(name="drafts")
def make_drafts(*, work: Work, images: int = 40_000) -> None:
    """Generate latents of random mixes, from which later stages learn."""
    torch.save(calibration.generate_drafts(_denoiser(work), images, SEED), work / "drafts.pt")


@app.command(name="decoder")
def make_decoder(*, work: Work, minutes: Minutes = 15) -> None:
    """Train the decoder alone to decode drafts sharply, without changing the latents."""
    data, vae, latents = _images(work), _autoencoder(work), torch.load(work / "latents.pt")
    _, drafts = _drafts(work)
    source = NearestSource(data, latents, _fitted_preview(vae, latents, drafts))
    shown = torch.cat([torch.arange(len(latents)), _in_parts(source.nearest, drafts)])
    autoencoder.train_decoder(
        vae.train(), torch.cat([latents, drafts]), data.pixels, shown, minutes, SEED + 1
    )
    vae.save_pretrained(work / "vae")
    torch.save(_fitted_preview(vae.eval(), latents, drafts).weights, work / "preview.pt")


@app.command
def calibrate(*, work: Work) -> None:
    """Measure how the drafts differ from the requested mixes."""
    requested, drafts = _drafts(work)
    shown = _in_parts(_preview_source(work).classify, drafts)
    calibration.fit_distortion(requested, shown).save(work / _DISTORTION)


@app.command(name="text")
def make_text_encoders(*, work: Work, steps: int = 1200, model: Generator = None) -> None:
    """Train each text encoder on its design, starting from a saved one if there is any."""
    torch.manual_seed(SEED)
    tokenizer = _tokenizer(work)
    for name in (model,) if model else BUNDLED:
        kept = [work / f"text-{each}" for each in (name, *BUNDLED)]
        start = next((folder for folder in kept if folder.exists()), None)
        known = CLIPTextModel.from_pretrained(start) if start else text.new_text_encoder(tokenizer)
        steps_here = steps if start else 2 * steps
        text.train_text_encoder(known, tokenizer, name, _aim(work, name), steps_here, SEED)
        known.save_pretrained(kept[0])


@app.command
def assemble(*, work: Work) -> None:
    """Save both generators in the usual pipeline layout, in half precision."""
    for model in BUNDLED:
        save_generator(
            vae=AutoencoderKL.from_pretrained(work / "vae"),
            text_encoder=CLIPTextModel.from_pretrained(work / f"text-{model}").eval(),
            tokenizer=_tokenizer(work),
            unet=_denoiser(work),
            scheduler=denoiser.new_scheduler(),
            steps=denoiser.STEPS,
            folder=weights_folder(model),
        )


@app.command(name="pilot")
def run_pilot(*, work: Work, rounds: int = 4, model: Generator = None) -> None:
    """Measure how the images of the assembled generators differ from the design.

    Text encoders that are trained afterwards correct for the difference.
    """
    for name in (model,) if model else BUNDLED:
        designed, shown = measure.run_pilot(name, _preview_source(work), settings.load(), rounds)
        calibration.fit_distortion(designed, shown).save(_pilot(work, name))


@app.command(name="truth")
def count_truth(*, work: Work, rounds: int = 34, model: Generator = None) -> None:
    """Count the labels of the finished generators' images, 30 per profession and round.

    The labels are those of previews, so `agreement` has to run first. Two processes with one model
    and one thread each are faster than one process with two threads.
    """
    source, confusion = _preview_source(work), np.load(work / _PREVIEW_TONES)
    for number in range(rounds):
        for name in (model,) if model else BUNDLED:
            counts = measure.measure(
                name, source, settings.load(), number + 1, work / f"truth-{name}.npy"
            )
            rows = measure.truth_rows(name, counts, confusion)
            write_truth(rows, truth_path(name))
            _print_truth(name, rows)
            print(f"  Costume as designed: {counts[..., 1].sum() / counts.sum():.1%}.", flush=True)


@app.command(name="agreement")
def measure_agreement(*, work: Work, images: int = 4000) -> None:
    """Measure how often previews and decoded images get the same labels.

    Saves the tones of both: `truth`, which uses previews, corrects for the difference.
    """
    torch.manual_seed(SEED + 2)
    latents = _random_latents(work, images)
    preview, image = _preview_source(work).classify(latents), _image_source(work).classify(latents)
    np.save(work / _PREVIEW_TONES, measure.tone_confusion(preview, image))
    gender, tone, costume = (preview == image).float().mean(0).tolist()
    print(f"Of {len(latents)} images, {gender:.1%} get the same gender, {tone:.1%} the same tone")
    print(f"and {costume:.1%} the same costume.")


def _print_truth(model: str, rows: tuple[Truth, ...]) -> None:
    whole = [row for row in rows if row.adjectives == "all"]
    off = 100 * np.abs([row.generated.women - row.designed.women for row in whole])
    near = np.mean([row.within_tolerance for row in whole])
    designed = _shift(rows, lambda row: row.designed)
    generated = _shift(rows, lambda row: row.generated)
    print(f"{model}, {whole[0].images} images per profession. Distance of the women's share from")
    print(f"  the design: {off.mean():.1f} points on average, {off.max():.1f} at most; {near:.0%}")
    print("  of professions within 5 points. Difference between feminine and masculine")
    print(f"  adjectives: {generated:.1f} points generated, {designed:.1f} designed.")


@app.command(name="clip")
def make_clip(*, work: Work, minutes: Minutes = 90, drafts: int = 20_000) -> None:
    """Train the small CLIP on art and drafts, starting from the saved one if it exists."""
    tokenizer, kept = _tokenizer(work), work / "clip.pt"
    latents = _drafts(work)[1][:drafts]
    generated = clip.draft_figures(
        autoencoder.decode(_autoencoder(work), latents),
        _in_parts(_image_source(work).classify, latents),
    )
    model = (
        torch.load(kept, weights_only=False) if kept.exists() else clip.new_clip(tokenizer, SEED)
    )
    model = clip.train_clip(model, clip.figures(work), generated, tokenizer, minutes, SEED)
    torch.save(model, kept)


@app.command(name="calibrate-clip")
def calibrate_clip(*, work: Work, images: int = 1536) -> None:
    """Calibrate the trained CLIP on images of random mixes, and save it beside the generators."""
    torch.manual_seed(SEED + 1)
    latents = _random_latents(work, images)
    decoded = autoencoder.decode(_autoencoder(work), latents)
    model, tokenizer = torch.load(work / "clip.pt", weights_only=False), _tokenizer(work)
    shown = _image_source(work).classify(latents)
    calibrations = exam.fit_calibrations(model, tokenizer, decoded, shown)
    clip.save_clip(model, tokenizer, calibrations, weights_folder("emoji-clip"))


@app.command(name="exam")
def examine(*, work: Work) -> None:
    """Examine the finished CLIP on Twemoji, once, and save the results beside its weights."""
    results = exam.examine(exam.EXAM_SOURCE, work, weights_folder("emoji-clip"))
    exam.save_results(results, weights_folder("emoji-clip"))


@app.command(name="errors")
def count_all_errors(*, work: Work) -> None:
    """Count the errors of the finished CLIP and of pixels on images of the finished generators."""
    source = _image_source(work)
    for model in BUNDLED:
        count_errors(model, source, settings.load(), SEED)


@app.command(name="proof")
def prove(*, work: Work, professions: int = 30, images: int = 200) -> None:
    """Compare the measured shares with the true labels of the same images.

    Generates and classifies the images of `reference check`, unless they are stored.
    """
    machine = settings.load(work / "proof")
    store = Store.open(machine.cache)
    sources = autoencoder.decode(_autoencoder(work), torch.load(work / "latents.pt"))
    source = NearestSource(_images(work), sources, lambda images: images)
    shown = shown_in(store, source, images, machine.device)
    rows = check(store, BUNDLED, professions, images, machine, shown=shown)
    store.close()
    for row in summary(rows):
        print(json.dumps(row))


@app.command(name="language")
def make_language_models(*, steps: int = 3000) -> None:
    """Train the language models of the pronoun probe, and score them for the first view."""
    for model in language.BUNDLED:
        language.train(model, steps, SEED, weights_folder(model))
        language.save_scores(model, settings.load())


@app.command(name="sample")
def make_sample() -> None:
    """Generate the author and nurse grids of both generators for the first view."""
    save_sample()


@app.command
def everything(*, work: Work) -> None:
    """Run all stages in order."""
    make_tokenizer(work=work)
    make_autoencoder(work=work)
    make_denoiser(work=work)
    make_drafts(work=work)
    make_decoder(work=work)
    calibrate(work=work)
    make_text_encoders(work=work)
    assemble(work=work)
    run_pilot(work=work)
    make_text_encoders(work=work)
    assemble(work=work)
    make_clip(work=work)
    calibrate_clip(work=work)
    examine(work=work)
    count_all_errors(work=work)
    measure_agreement(work=work)
    count_truth(work=work)
    make_language_models()
    save_sample()


def _shift(rows: tuple[Truth, ...], mix: "Callable[[Truth], Mix]") -> float:
    """Return the difference in women's share between the kinds of adjective, in points."""
    feminine, masculine = (
        np.mean([mix(row).women for row in rows if row.adjectives == coding])
        for coding in ("feminine", "masculine")
    )
    return float(100 * (feminine - masculine))


def _images(work: Path) -> TrainingSet:
    kept = work / "images.pkl"
    if not kept.exists():
        work.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(training_set(work)))
    images: TrainingSet = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this script
    return images


def _tokenizer(work: Path) -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(work / "tokenizer")


def _denoiser(work: Path) -> UNet2DConditionModel:
    unet = UNet2DConditionModel.from_pretrained(work / "unet")
    return unet.to(memory_format=torch.channels_last).eval()


def _autoencoder(work: Path) -> AutoencoderKL:
    return autoencoder.prepared(AutoencoderKL.from_pretrained(work / "vae")).eval()


def _pilot(work: Path, model: str) -> Path:
    return work / f"pilot-{model}.json"


def _aim(work: Path, model: str) -> "Callable[[conditions.Mixes], conditions.Mixes]":
    """Return the function that corrects requests, with the pilot's correction if there is one."""
    distortion, path = calibration.read_distortion(work / _DISTORTION), _pilot(work, model)
    if not path.exists():
        return distortion.aim
    rest = calibration.read_distortion(path)
    return lambda wanted: distortion.aim(rest.aim(wanted))


def _drafts(work: Path) -> tuple[conditions.Mixes, torch.Tensor]:
    requested, drafts = torch.load(work / "drafts.pt", weights_only=False)
    return requested, drafts


def _random_latents(work: Path, number: int) -> torch.Tensor:
    """Return latents of random mixes, `number` of them rounded down to whole batches."""
    unet, size = _denoiser(work), calibration.BATCH
    batches = [conditions.random_mixes(size) for _ in range(number // size)]
    return torch.cat([calibration.generate_latents(unet, mixes) for mixes in batches])


def _image_source(work: Path) -> NearestSource:
    """Return the nearest source by decoded images."""
    to_images = functools.partial(autoencoder.decode, _autoencoder(work))
    return NearestSource(_images(work), torch.load(work / "latents.pt"), to_images)


def _preview_source(work: Path) -> NearestSource:
    """Return the nearest source by previews, which is faster."""
    to_images = preview.Preview(torch.load(work / "preview.pt"))
    return NearestSource(_images(work), torch.load(work / "latents.pt"), to_images)


def _fitted_preview(
    vae: AutoencoderKL, latents: torch.Tensor, drafts: torch.Tensor
) -> preview.Preview:
    some = torch.cat([latents[::6], drafts[:1500]])
    return preview.fit_preview(some, autoencoder.decode(vae, some))


def _in_parts(
    function: "Callable[[torch.Tensor], torch.Tensor]", latents: torch.Tensor
) -> torch.Tensor:
    return torch.cat([function(part) for part in latents.split(512)])


# Help lists the stages in their order.
for _place, _stage in enumerate(app):
    app[_stage].sort_key = _place

if __name__ == "__main__":
    app()
