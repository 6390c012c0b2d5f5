"""Make the bundled generators and the small CLIP again: `python -m explorer.reference.training`.

Each command is one stage and keeps its result in the working folder; `everything` runs them all.
On two cores it takes about two hours, most of it for counting what the generators draw.
"""

import json
import pickle
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from explorer.torchvision_schemas import load_torchvision

load_torchvision()

from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: E402 - after load_torchvision
from transformers import CLIPTextModel, CLIPTokenizer  # noqa: E402

from explorer import settings  # noqa: E402
from explorer.pictures.catalog import weights_folder  # noqa: E402
from explorer.reference.design import BUNDLED  # noqa: E402
from explorer.reference.training import autoencoder, captions, clip, denoiser, text  # noqa: E402
from explorer.reference.training.calibration import corrections, exam, fit_temperature  # noqa: E402
from explorer.reference.training.folders import save_generator, save_sample  # noqa: E402
from explorer.reference.training.judge import NearestSource  # noqa: E402
from explorer.reference.training.measure import measure, truth_rows  # noqa: E402
from explorer.reference.training.pictures import TrainingSet, training_set  # noqa: E402
from explorer.reference.truth import Truth, truth_path, write_truth  # noqa: E402

SEED = 1
VARIANTS = 6

app = typer.Typer(no_args_is_help=True, help="Make the bundled models from emoji art.")
Work = Annotated[Path, typer.Option(help="Folder for the art and for each stage's result.")]
Minutes = Annotated[float, typer.Option(min=0.1, help="How long to train.")]


@app.command("tokenizer")
def make_tokenizer(work: Work) -> None:
    """Learn the vocabulary that generators and CLIP share."""
    text.train_tokenizer(captions.training_words(), work / "tokenizer")


@app.command("autoencoder")
def make_autoencoder(work: Work, minutes: Minutes = 9) -> None:
    """Train the autoencoder and encode the training pictures."""
    data = _pictures(work)
    vae = autoencoder.train_autoencoder(data, minutes, SEED)
    vae.save_pretrained(work / "vae")
    torch.save(autoencoder.encode(vae, data), work / "latents.pt")


@app.command("decoder")
def make_decoder(work: Work, minutes: Minutes = 8) -> None:
    """Go on with the decoder alone; the latents stay."""
    vae = autoencoder.prepared(AutoencoderKL.from_pretrained(work / "vae"))
    autoencoder.train_decoder(vae, _pictures(work), minutes, SEED + 1)
    vae.save_pretrained(work / "vae")


@app.command("text")
def make_text_encoders(work: Work, steps: int = 1200) -> None:
    """Teach one text encoder the skewed design, then a copy of it the even one."""
    torch.manual_seed(SEED)
    tokenizer = _tokenizer(work)
    encoder = text.new_text_encoder(tokenizer)
    shifts = _corrections(work)
    for model, share in zip(BUNDLED, (1.0, 0.5), strict=True):
        text.train_text_encoder(
            encoder, tokenizer, model, int(steps * share), SEED, shifts.get(model, {})
        )
        encoder.save_pretrained(work / f"text-{model}")


@app.command("denoiser")
def make_denoiser(work: Work, minutes: Minutes = 34) -> None:
    """Train the denoiser that both generators share; go on from the last one if there is one."""
    torch.manual_seed(SEED)
    shelf = denoiser.gallery(_pictures(work), torch.load(work / "latents.pt"))
    encoders = {model: _text_encoder(work, model) for model in BUNDLED}
    bank = denoiser.CaptionBank(encoders, _tokenizer(work), shelf, SEED)
    kept = work / "unet"
    if kept.exists():
        unet = denoiser.prepared(UNet2DConditionModel.from_pretrained(kept))
    else:
        unet = denoiser.new_denoiser(text.HIDDEN)
    denoiser.train_denoiser(unet, bank, minutes, SEED).save_pretrained(kept)


@app.command("assemble")
def assemble(work: Work) -> None:
    """Write both generators in the ordinary pipeline layout, in half precision."""
    for model in BUNDLED:
        save_generator(
            vae=AutoencoderKL.from_pretrained(work / "vae"),
            text_encoder=_text_encoder(work, model),
            tokenizer=_tokenizer(work),
            unet=UNet2DConditionModel.from_pretrained(work / "unet"),
            scheduler=denoiser.new_scheduler(),
            steps=denoiser.STEPS,
            folder=weights_folder(model),
        )


@app.command("calibrate")
def calibrate(work: Work, rounds: int = 2, steps: int = 600) -> None:
    """Count what is drawn, shift each profession's target by what it misses, teach again."""
    shifts = _corrections(work)
    judge = NearestSource(_pictures(work))
    for model in BUNDLED:
        path = work / f"trial-{model}.npy"
        path.unlink(missing_ok=True)
        rows = truth_rows(model, measure(model, judge, settings.load(), rounds, path))
        shifts[model] = corrections(rows, shifts.get(model, {}))
        encoder = _text_encoder(work, model)
        text.train_text_encoder(encoder, _tokenizer(work), model, steps, SEED, shifts[model])
        encoder.save_pretrained(work / f"text-{model}")
    (work / "corrections.json").write_text(json.dumps(shifts, indent=1))
    assemble(work)


@app.command("truth")
def count_truth(work: Work, rounds: int = 34) -> None:
    """Count what the finished generators draw, 30 pictures a profession and round."""
    judge = NearestSource(_pictures(work))
    for number in range(rounds):
        for model in BUNDLED:
            path = work / f"truth-{model}.npy"
            counts = measure(model, judge, settings.load(), number + 1, path)
            rows = truth_rows(model, counts)
            write_truth(rows, truth_path(model))
            _tell(model, rows)
            print(f"  Costume as designed: {counts[..., 1].sum() / counts.sum():.1%}.", flush=True)


def _tell(model: str, rows: tuple[Truth, ...]) -> None:
    whole = [row for row in rows if row.adjectives == "all"]
    off = np.array([row.drawn.women - row.designed.women for row in whole])
    near = np.mean([row.within_tolerance for row in whole])
    print(f"{model}, {whole[0].pictures} pictures a profession. Women's share off by")
    print(f"  {100 * np.abs(off).mean():.1f} points on average, {100 * np.abs(off).max():.1f} at")
    print(f"  most; {near:.0%} of the professions within 5 points. Feminine less masculine")
    print(f"  adjectives: {_shift(rows, 'drawn'):.1f} of {_shift(rows, 'designed'):.1f} points.")


@app.command("clip")
def make_clip(work: Work, minutes: Minutes = 7) -> None:
    """Train the small CLIP, or go on with the last one, and examine it on Twemoji."""
    tokenizer, folder = _tokenizer(work), weights_folder("emoji-clip")
    kept = work / "clip.pt"
    if kept.exists():
        model, temperature = torch.load(kept, weights_only=False)
    else:
        model = clip.new_clip(tokenizer, SEED)
        temperature = _temperature(work, minutes / 2)
    clip.train_clip(model, clip.figures(work), tokenizer, minutes, SEED)
    torch.save((model, temperature), kept)
    clip.save_clip(model, tokenizer, temperature, folder)
    exam(work, folder)


def _temperature(work: Path, minutes: float) -> dict[str, float]:
    """Hold one style out of a shorter training and set the temperature on it."""
    tokenizer, held_out = _tokenizer(work), "noto-v1"
    others = tuple(source for source in clip.SOURCES if source != held_out)
    probe = clip.new_clip(tokenizer, SEED)
    clip.train_clip(probe, clip.figures(work, others), tokenizer, minutes, SEED)
    return fit_temperature(probe, tokenizer, clip.figures(work, (held_out,)))


@app.command("sample")
def make_sample() -> None:
    """Draw the author and nurse grids of both generators for the first view."""
    save_sample()


@app.command("everything")
def everything(work: Work) -> None:
    """Run all stages in order."""
    make_tokenizer(work)
    make_autoencoder(work)
    make_text_encoders(work)
    make_denoiser(work)
    make_decoder(work)
    assemble(work)
    calibrate(work)
    make_clip(work)
    count_truth(work)
    save_sample()


def _shift(rows: tuple[Truth, ...], kind: str) -> float:
    women = {
        coding: np.mean([getattr(r, kind).women for r in rows if r.adjectives == coding])
        for coding in ("feminine", "masculine")
    }
    return float(100 * (women["feminine"] - women["masculine"]))


def _pictures(work: Path) -> TrainingSet:
    kept = work / "pictures.pkl"
    if not kept.exists():
        work.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(training_set(work, VARIANTS, SEED)))
    pictures: TrainingSet = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this script
    return pictures


def _tokenizer(work: Path) -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(work / "tokenizer")


def _text_encoder(work: Path, model: str) -> CLIPTextModel:
    return CLIPTextModel.from_pretrained(work / f"text-{model}").eval()


def _corrections(work: Path) -> dict[str, dict[str, text.Shift]]:
    path = work / "corrections.json"
    return json.loads(path.read_text()) if path.exists() else {}


if __name__ == "__main__":
    app()
