"""Real models with random weights, so small that they load and generate in a moment."""

import json
from pathlib import Path
from typing import Any

from explorer.models.requests import ImageRequest, ModelSpec, read_spec
from explorer.torchvision_schemas import load_torchvision
from explorer.words.prompts import Prompt

LENGTH = 77
SIZE_PX = 16


def tokenizer() -> Any:
    """Return a CLIP tokenizer that knows letters only."""
    load_torchvision()
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    letters = sorted(ByteLevel.alphabet())
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={token: index for index, token in enumerate(tokens)},
        merges=[],
        pad_token="!",  # noqa: S106 - a padding symbol, not a secret
        model_max_length=LENGTH,
    )


def save_stable_diffusion(folder: Path, *, threshold: float | None = None) -> Path:
    """Save a StableDiffusionPipeline; with a threshold it has a safety checker.

    The checker flags every image where the threshold is -2, none where it is 2.
    """
    tokens = tokenizer()
    from diffusers import StableDiffusionPipeline

    checker, extractor = (None, None) if threshold is None else _safety_checker(threshold)
    StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=_text_encoder(len(tokens)),
        tokenizer=tokens,
        unet=_unet(),
        scheduler=_scheduler(),
        safety_checker=checker,
        feature_extractor=extractor,
        requires_safety_checker=threshold is not None,
    ).save_pretrained(folder)
    return folder


def save_xl(folder: Path) -> Path:
    """Save a StableDiffusionXLPipeline with two text encoders."""
    tokens = tokenizer()
    from diffusers import StableDiffusionXLPipeline

    StableDiffusionXLPipeline(
        vae=_vae(),
        text_encoder=_text_encoder(len(tokens)),
        text_encoder_2=_text_encoder(len(tokens), projected=True),
        tokenizer=tokens,
        tokenizer_2=tokens,
        unet=_unet(
            cross_attention_dim=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=8 * 6 + 32,
        ),
        scheduler=_scheduler(),
        add_watermarker=False,
    ).save_pretrained(folder)
    return folder


def save_clip(
    folder: Path,
    temperature: float | None = None,
    bias: tuple[float, ...] = (),
    seed: int = 0,
) -> Path:
    """Save a CLIP in open_clip's own layout, with its tokenizer."""
    tokens = tokenizer()
    import open_clip
    import torch
    from safetensors.torch import save_file

    tokens.save_pretrained(folder)
    config = {
        "embed_dim": 32,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
        "text_cfg": {
            "hf_tokenizer_name": "beside",
            "context_length": LENGTH,
            "vocab_size": len(tokens),
            "width": 32,
            "heads": 2,
            "layers": 1,
        },
    }
    torch.manual_seed(seed)
    save_file(open_clip.CLIP(**config).state_dict(), folder / "open_clip_model.safetensors")
    description = {"model_cfg": config, "preprocess_cfg": {"resize_mode": "squash"}}
    (folder / "open_clip_config.json").write_text(json.dumps(description))
    if temperature is not None:
        settings = {"temperature": {"gender": temperature}, "bias": {"gender": bias}}
        (folder / "instrument.json").write_text(json.dumps(settings))
    return folder


def tiny_spec(folder: Path | str, **changes: Any) -> ModelSpec:
    """Return a spec of two steps at 16 pixels for a folder or hub id."""
    settings: dict[str, Any] = {
        "name": "tiny",
        "backend": "diffusers",
        "repo": str(folder),
        "revision": "main",
        "scheduler": "default",
        "steps": 2,
        "guidance": 1.0,
        "width_px": SIZE_PX,
        "height_px": SIZE_PX,
        "dtype": "float32",
    }
    return read_spec(settings | changes)


def requests_for(
    spec: ModelSpec, professions: tuple[str, ...] = ("author", "nurse"), images: int = 2
) -> tuple[ImageRequest, ...]:
    """Return requests by profession, then replicate."""
    return tuple(
        ImageRequest(spec, Prompt(profession), replicate)
        for profession in professions
        for replicate in range(images)
    )


def _text_encoder(vocabulary: int, *, projected: bool = False) -> Any:
    import torch
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(1)
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=32,
        projection_dim=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=LENGTH,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
        pad_token_id=0,
    )
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config)


def _unet(**changes: Any) -> Any:
    import torch
    from diffusers import UNet2DConditionModel

    torch.manual_seed(2)
    settings: dict[str, Any] = {
        "sample_size": SIZE_PX // 2,
        "in_channels": 4,
        "out_channels": 4,
        "block_out_channels": (16, 16),
        "layers_per_block": 1,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
        "norm_num_groups": 4,
    }
    return UNet2DConditionModel(**settings | changes)


def _vae() -> Any:
    import torch
    from diffusers import AutoencoderKL

    torch.manual_seed(3)
    return AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=SIZE_PX,
    )


def _scheduler() -> Any:
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )


def _safety_checker(threshold: float) -> tuple[Any, Any]:
    import torch
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    torch.manual_seed(4)
    layers = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    vision = {**layers, "num_attention_heads": 2, "image_size": 16, "patch_size": 8}
    text = {**layers, "num_attention_heads": 2}
    config = CLIPConfig(vision_config=vision, text_config=text, projection_dim=16)
    checker = StableDiffusionSafetyChecker(config)
    checker.concept_embeds_weights.data.fill_(threshold)
    checker.special_care_embeds_weights.data.fill_(threshold)
    size = {"height": 16, "width": 16}
    return checker, CLIPImageProcessor(size={"shortest_edge": 16}, crop_size=size)
