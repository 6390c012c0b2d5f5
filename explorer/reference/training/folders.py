"""Save the finished generators and the sample study in the repository."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from explorer.classifiers.find import classifiers
from explorer.findings.error_rates import BEHIND_GATE, PLAIN
from explorer.generators.find import generators
from explorer.likeness.pool import pool
from explorer.reference.sample import SAMPLE_IMAGES, embeddings_path, sample_path, sample_study
from explorer.settings import load
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
    """Save a pipeline in half precision, with the settings for generating."""
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
    _remove_paths(folder)
    # Counts on other weights do not apply to these.
    for counts in ("truth.csv", PLAIN, BEHIND_GATE):
        (folder / counts).unlink(missing_ok=True)
    settings = {"revision": _revision(folder), "steps": steps, "guidance": 1.0, "size_px": SIZE_PX}
    (folder / "model.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _remove_paths(folder: Path) -> None:
    """Remove the paths of the training machine from the configurations."""
    for path in folder.rglob("config.json"):
        config = json.loads(path.read_text(encoding="utf-8"))
        config.pop("_name_or_path", None)
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _revision(folder: Path) -> str:
    """Return a hash of all weights in a folder, 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for weights in sorted(folder.rglob("*.safetensors")):
        digest.update(weights.read_bytes())
    return digest.hexdigest()[:12]


def save_sample() -> None:
    """Generate and classify the sample study in a fresh store; export it and its embeddings."""
    machine = load()
    study = sample_study(machine.device)
    with tempfile.TemporaryDirectory(prefix="sample-") as root:
        store = Store.open(Path(root))
        steps = run(
            study, store, generators(machine), classifiers(machine.device), batch=machine.batch
        )
        for step in steps:
            print(f"sample: {step.done} of {step.total}", flush=True)
        requests = [request for card in study.models for request in study.requests(card)]
        instruments = study.stored_instruments(study.models[0])
        export_study(store, requests, instruments, sample_path())
        np.save(embeddings_path(), pool(study, store).vectors.astype(np.float16))
        store.close()
    print(f"sample of {SAMPLE_IMAGES} images a prompt: {sample_path().stat().st_size:,} bytes")
