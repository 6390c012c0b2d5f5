"""Write the finished generators and the sample study into the repository."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from diffusers import StableDiffusionPipeline

from explorer import settings
from explorer.classifiers.find import classifiers
from explorer.findings.error_rates import BEHIND_GATE, PLAIN
from explorer.generators.diffusion import DiffusionGenerator
from explorer.models.requests import ModelSpec
from explorer.reference.sample import SAMPLE_IMAGES, sample_path, sample_study
from explorer.store.index import Store
from explorer.store.parquet import export_study
from explorer.study import run

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

SIZE_PX = 96


def save_generator(
    *,
    vae: "AutoencoderKL",
    text_encoder: "CLIPTextModel",
    tokenizer: "CLIPTokenizer",
    unet: "UNet2DConditionModel",
    scheduler: "DPMSolverMultistepScheduler",
    steps: int,
    folder: Path,
) -> None:
    """Save a pipeline in half precision, with the settings it is meant to be drawn with."""
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.to(dtype=torch.float16).save_pretrained(folder)
    for path in folder.rglob("config.json"):
        # Where the parts were trained is nobody's business.
        config = json.loads(path.read_text(encoding="utf-8"))
        config.pop("_name_or_path", None)
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    # What was counted on other weights says nothing of these.
    for counted in ("truth.csv", PLAIN, BEHIND_GATE):
        (folder / counted).unlink(missing_ok=True)
    digest = hashlib.sha256()
    for weights in sorted(folder.rglob("*.safetensors")):
        digest.update(weights.read_bytes())
    model = {
        "revision": digest.hexdigest()[:12],
        "steps": steps,
        "guidance": 1.0,
        "size_px": SIZE_PX,
    }
    (folder / "model.json").write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def save_sample() -> None:
    """Draw and classify the sample study in a fresh store and export it as one file."""
    here = settings.load()
    root = Path(tempfile.mkdtemp(prefix="sample-"))
    study = sample_study(here.device)
    store = Store.open(root)

    def generator(spec: ModelSpec) -> DiffusionGenerator:
        return DiffusionGenerator(spec, here)

    for step in run(study, store, generator, classifiers(here.device), batch=here.batch):
        print(f"sample: {step.done} of {step.total}", flush=True)
    requests = [request for card in study.models for request in study.requests(card)]
    instruments = study.stored_instruments(study.models[0])
    export_study(store, requests, instruments, sample_path())
    store.close()
    shutil.rmtree(root)
    print(f"sample of {SAMPLE_IMAGES} images a prompt: {sample_path().stat().st_size:,} bytes")
