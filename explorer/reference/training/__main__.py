"""Make the bundled generators and the small CLIP again: `python -m explorer.reference.training`.

Each command is one stage and keeps its result in the working folder; `everything` runs them all.
On two cores it takes several hours, most of them for counting what the generators draw.
"""

import functools
import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import torch
import typer

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

SEED = 1

app = typer.Typer(no_args_is_help=True, help="Make the bundled models from emoji art.")
Work = Annotated[Path, typer.Option(help="Folder for the art and for each stage's result.")]
Generator = Annotated[str | None, typer.Option(help="Which one; both if none is named.")]
Minutes = Annotated[float, typer.Option(min=0.1, help="How long to train.")]


@app.command("tokenizer")
def make_tokenizer(work: Work) -> None:
    """Learn the vocabulary that generators and CLIP share."""
    text.train_tokenizer(captions.training_words(), work / "tokenizer")


@app.command("autoencoder")
def make_autoencoder(work: Work, minutes: Minutes = 9) -> None:
    """Train the autoencoder and encode the training images."""
    data = _images(work)
    vae = autoencoder.train_autoencoder(data, minutes, SEED)
    vae.save_pretrained(work / "vae")
    torch.save(autoencoder.encode(vae, data), work / "latents.pt")


@app.command("denoiser")
def make_denoiser(work: Work, minutes: Minutes = 38) -> None:
    """Train the denoiser that both generators share; go on from the last one if there is one."""
    torch.manual_seed(SEED)
    kept = work / "unet"
    unet = denoiser.prepared(_denoiser(work)) if kept.exists() else denoiser.new_denoiser()
    denoiser.train_denoiser(unet, _gallery(work), minutes, SEED).save_pretrained(kept)


@app.command("drafts")
def draw_drafts(work: Work, images: int = 40_000) -> None:
    """Draw random mixes, to learn from what the denoiser does."""
    torch.save(calibration.draw_mixes(_denoiser(work), images, SEED), work / "drafts.pt")


@app.command("decoder")
def make_decoder(work: Work, minutes: Minutes = 15) -> None:
    """Teach the decoder alone to draw sharply what drafts show; the latents stay."""
    data, vae, latents = _images(work), _autoencoder(work), torch.load(work / "latents.pt")
    _, drafts = _drafts(work)
    classify = NearestSource(data, latents, _fitted_preview(vae, latents, drafts))
    shown = torch.cat([torch.arange(len(latents)), _in_parts(classify.nearest, drafts)])
    autoencoder.train_decoder(
        vae.train(), torch.cat([latents, drafts]), data.pixels, shown, minutes, SEED + 1
    )
    vae.save_pretrained(work / "vae")
    torch.save(_fitted_preview(vae.eval(), latents, drafts).weights, work / "preview.pt")


@app.command("calibrate")
def calibrate(work: Work) -> None:
    """Find out how the drafts differ from the mixes that were asked for."""
    asked, drafts = _drafts(work)
    shown = _in_parts(_quick_classify(work).classify, drafts)
    calibration.fit_bent(asked, shown).save(work / "bent.json")


@app.command("text")
def make_text_encoders(work: Work, steps: int = 1200, model: Generator = None) -> None:
    """Teach each text encoder its design, going on from the last or the other generator's."""
    torch.manual_seed(SEED)
    tokenizer = _tokenizer(work)
    for name in (model,) if model else BUNDLED:
        kept = [work / f"text-{each}" for each in (name, *BUNDLED)]
        start = next((folder for folder in kept if folder.exists()), None)
        known = CLIPTextModel.from_pretrained(start) if start else text.new_text_encoder(tokenizer)
        steps_here = steps if start else 2 * steps
        text.train_text_encoder(known, tokenizer, name, _aim(work, name), steps_here, SEED)
        known.save_pretrained(kept[0])


@app.command("assemble")
def assemble(work: Work) -> None:
    """Write both generators in the ordinary pipeline layout, in half precision."""
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


@app.command("pilot")
def draw_pilot(work: Work, rounds: int = 4, model: Generator = None) -> None:
    """Find out how what the assembled generators draw differs from their design.

    The text encoders made afterwards ask for the opposite.
    """
    for name in (model,) if model else BUNDLED:
        designed, shown = measure.draw_pilot(name, _quick_classify(work), settings.load(), rounds)
        calibration.fit_bent(designed, shown).save(_pilot(work, name))


@app.command("truth")
def count_truth(work: Work, rounds: int = 34, model: Generator = None) -> None:
    """Count what the finished generators draw, 30 images a profession and round.

    Previews are classified; what `agreement` kept of them and the images must be there.
    Two processes with one model and one thread each count faster than one with two threads.
    """
    classify, said = _quick_classify(work), np.load(work / "preview-tones.npy")
    for number in range(rounds):
        for name in (model,) if model else BUNDLED:
            counts = measure.measure(
                name, classify, settings.load(), number + 1, work / f"truth-{name}.npy"
            )
            rows = measure.truth_rows(name, counts, said)
            write_truth(rows, truth_path(name))
            _tell(name, rows)
            print(f"  Costume as designed: {counts[..., 1].sum() / counts.sum():.1%}.", flush=True)


@app.command("agreement")
def tell_agreement(work: Work, images: int = 4000) -> None:
    """Tell how often the classify of previews and that of decoded images say the same.

    Which tones they say is kept: the count of the truth, by previews, allows for it.
    """
    torch.manual_seed(SEED + 2)
    drawn = _drawn(work, images)
    preview, image = _quick_classify(work).classify(drawn), _classify(work).classify(drawn)
    np.save(work / "preview-tones.npy", measure.tones_said(preview, image))
    gender, tone, costume = (preview == image).float().mean(0).tolist()
    print(f"The same gender {gender:.1%}, tone {tone:.1%}, costume {costume:.1%} of {len(drawn)}.")


def _tell(model: str, rows: tuple[Truth, ...]) -> None:
    whole = [row for row in rows if row.adjectives == "all"]
    off = np.array([row.generated.women - row.designed.women for row in whole])
    near = np.mean([row.within_tolerance for row in whole])
    print(f"{model}, {whole[0].images} images a profession. Women's share off by")
    print(f"  {100 * np.abs(off).mean():.1f} points on average, {100 * np.abs(off).max():.1f} at")
    print(f"  most; {near:.0%} of the professions within 5 points. Feminine less masculine")
    print(f"  adjectives: {_shift(rows, 'drawn'):.1f} of {_shift(rows, 'designed'):.1f} points.")


@app.command("clip")
def make_clip(work: Work, minutes: Minutes = 90, drafts: int = 20_000) -> None:
    """Train the small CLIP on the art and on drafts, or go on with the last one."""
    tokenizer, kept = _tokenizer(work), work / "clip.pt"
    latents = _drafts(work)[1][:drafts]
    drawn = clip.drafts(
        autoencoder.decode(_autoencoder(work), latents),
        _in_parts(_classify(work).classify, latents),
    )
    model = (
        torch.load(kept, weights_only=False) if kept.exists() else clip.new_clip(tokenizer, SEED)
    )
    model = clip.train_clip(model, clip.figures(work), drawn, tokenizer, minutes, SEED)
    torch.save(model, kept)


@app.command("certainty")
def make_certainty(work: Work, images: int = 1536) -> None:
    """Calibrate the trained CLIP on images of random mixes, and write it."""
    torch.manual_seed(SEED + 1)
    drawn = _drawn(work, images)
    decoded = autoencoder.decode(_autoencoder(work), drawn)
    model, tokenizer = torch.load(work / "clip.pt", weights_only=False), _tokenizer(work)
    calibrations = exam.fit_calibrations(model, tokenizer, decoded, _classify(work).classify(drawn))
    clip.save_clip(model, tokenizer, calibrations, weights_folder("emoji-clip"))


@app.command("exam")
def examine(work: Work) -> None:
    """Examine the finished CLIP on Twemoji, once, and keep the result beside its weights."""
    marks = exam.tell(exam.EXAM_SOURCE, work, weights_folder("emoji-clip"))
    exam.keep(marks, weights_folder("emoji-clip"))


@app.command("errors")
def tell_errors(work: Work) -> None:
    """Count how the finished CLIP and pixels err on what the finished generators draw."""
    classify = _classify(work)
    for model in BUNDLED:
        count_errors(model, classify, settings.load(), SEED)


@app.command("proof")
def prove(work: Work, professions: int = 30, images: int = 200) -> None:
    """Set what the whole path measures beside what the very same images show.

    Draws and classifies what is missing of the images of `reference check`.
    """
    machine = settings.load(work / "proof")
    store = Store.open(machine.cache)
    sources = autoencoder.decode(_autoencoder(work), torch.load(work / "latents.pt"))
    classify = NearestSource(_images(work), sources, lambda images: images)
    shown = shown_in(store, classify, images, machine.device)
    rows = check(store, BUNDLED, professions, images, machine, shown=shown)
    store.close()
    for row in summary(rows):
        print(json.dumps(row))


@app.command("sample")
def make_sample() -> None:
    """Draw the author and nurse grids of both generators for the first view."""
    save_sample()


@app.command("everything")
def everything(work: Work) -> None:
    """Run all stages in order."""
    make_tokenizer(work)
    make_autoencoder(work)
    make_denoiser(work)
    draw_drafts(work)
    make_decoder(work)
    calibrate(work)
    make_text_encoders(work)
    assemble(work)
    draw_pilot(work)
    make_text_encoders(work)
    assemble(work)
    make_clip(work)
    make_certainty(work)
    examine(work)
    tell_errors(work)
    tell_agreement(work)
    count_truth(work)
    save_sample()


def _shift(rows: tuple[Truth, ...], kind: str) -> float:
    women = {
        coding: np.mean([getattr(r, kind).women for r in rows if r.adjectives == coding])
        for coding in ("feminine", "masculine")
    }
    return float(100 * (women["feminine"] - women["masculine"]))


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
    """Return which mix to ask for; a pilot, if there was one, corrects what is left."""
    bent, path = calibration.read_bent(work / "bent.json"), _pilot(work, model)
    if not path.exists():
        return bent.aim
    left = calibration.read_bent(path)
    return lambda wanted: bent.aim(left.aim(wanted))


def _drafts(work: Path) -> tuple[conditions.Mixes, torch.Tensor]:
    asked, drafts = torch.load(work / "drafts.pt", weights_only=False)
    return asked, drafts


def _drawn(work: Path, number: int) -> torch.Tensor:
    """Draw about this many random mixes; return the latents."""
    unet, size = _denoiser(work), calibration.BATCH
    batches = [conditions.random_mixes(size) for _ in range(number // size)]
    return torch.cat([calibration.draw_latents(unet, mixes) for mixes in batches])


def _gallery(work: Path) -> denoiser.Gallery:
    return denoiser.gallery(_images(work), torch.load(work / "latents.pt"))


def _classify(work: Path) -> NearestSource:
    vae = _autoencoder(work)
    look = functools.partial(autoencoder.decode, vae)
    return NearestSource(_images(work), torch.load(work / "latents.pt"), look)


def _quick_classify(work: Path) -> NearestSource:
    look = preview.Preview(torch.load(work / "preview.pt"))
    return NearestSource(_images(work), torch.load(work / "latents.pt"), look)


def _fitted_preview(
    vae: AutoencoderKL, latents: torch.Tensor, drafts: torch.Tensor
) -> preview.Preview:
    some = torch.cat([latents[::6], drafts[:1500]])
    return preview.fit_preview(some, autoencoder.decode(vae, some))


def _in_parts(
    classify: "Callable[[torch.Tensor], torch.Tensor]", latents: torch.Tensor
) -> torch.Tensor:
    return torch.cat([classify(part) for part in latents.split(512)])


if __name__ == "__main__":
    app()
