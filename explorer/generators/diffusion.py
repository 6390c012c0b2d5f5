"""Generate images with any Stable Diffusion pipeline, in batches that span prompts."""

from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING, Any

from explorer.errors import ModelBroken, OutOfMemory
from explorer.failures import first_line, out_of_memory
from explorer.generators.blank import image_of
from explorer.generators.pipelines import fetch, load_pipeline
from explorer.generators.reading import check_prompts
from explorer.models.provenance import Provenance
from explorer.models.requests import (
    DECODE_FAILURE,
    SAFETY_FILTER,
    Image,
)
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from diffusers import DiffusionPipeline
    from torch import Tensor

    from explorer.models.requests import ImageRequest, ModelSpec
    from explorer.settings import Settings
    from explorer.words.prompts import Prompt

__all__ = ["DiffusionGenerator", "load_pipeline"]

_LIBRARIES = ("torch", "diffusers", "transformers")
# An encoded prompt of SDXL takes 600 kB, so these take at most 150 MB.
_MAX_ENCODED = 256
# In the order in which the pipelines return them; Stable Diffusion 1 and 2 return only two.
_EMBEDDINGS = (
    "prompt_embeds",
    "negative_prompt_embeds",
    "pooled_prompt_embeds",
    "negative_pooled_prompt_embeds",
)


class DiffusionGenerator:
    """Generates the images of one model.

    The model is loaded when the first image is generated. Batches span prompts and each prompt is
    encoded once. Every image has its own random generator, seeded with the request's seed, so an
    image depends on its batch only through rounding. Threads take turns, batch by batch.
    """

    def __init__(self, spec: "ModelSpec", settings: "Settings") -> None:
        """Remember the model and the device; load nothing.

        Args:
            spec: the model and its settings.
            settings: the device, and the number of images generated at once.
        """
        self._spec = spec
        self._settings = spec.diffusion
        self._device = settings.device
        self._batch = settings.batch
        self._pipeline: DiffusionPipeline | None = None
        self._encoded: dict[str, dict[str, Tensor]] = {}
        self._unguided: dict[str, Tensor] = {}
        self._lock = Lock()

    @property
    def provenance(self) -> Provenance:
        """The device and the libraries that generate the images."""
        libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
        return Provenance(self._device, libraries)

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._pipeline is not None

    def load(self) -> None:
        """Load the model, unless it is loaded.

        Raises:
            ModelError: it cannot be loaded; the message says what to do.
        """
        with self._lock:
            self._loaded()

    def check(self, prompts: "Sequence[Prompt]") -> tuple[str, ...]:
        """Return warnings of what the model does not read of a study's prompts, as sentences.

        Its files are downloaded if they are missing; nothing is loaded.

        Raises:
            InvalidData: a profession or adjective is cut off, or two prompts are read alike.
            ModelError: the model cannot be downloaded, or a tokenizer does not fit.
        """
        return check_prompts(self._spec, fetch(self._spec), prompts)

    def generate(self, requests: "Sequence[ImageRequest]") -> "Iterator[Image]":
        """Yield one image per request, in order; stop iterating to cancel after a batch.

        An image that the model's safety filter blocks, that is black or of one colour, or whose
        values are no numbers is filtered: it has the reason instead of pixels.

        Raises:
            ModelError: the model cannot be loaded or cannot generate; the message says what to do.
            ValueError: a request is for another model.
        """
        if any(request.model != self._spec for request in requests):
            raise ValueError(f"a request is for another model than {self._spec.name}")
        done = 0
        while done < len(requests):
            with self._lock:
                images = self._generate_batch(requests[done : done + self._batch])
            done += len(images)
            yield from images

    def _generate_batch(self, requests: "Sequence[ImageRequest]") -> "tuple[Image, ...]":
        """Return images of as many of the first requests as fit into memory."""
        pipeline = self._loaded()
        while True:
            requests = requests[: self._batch]
            images = self._try(pipeline, requests)
            if images:
                return images
            self._halve(len(requests))

    def _loaded(self) -> "DiffusionPipeline":
        if self._pipeline is None:
            self._pipeline = load_pipeline(self._spec, self._device)
        return self._pipeline

    def _try(
        self, pipeline: "DiffusionPipeline", requests: "Sequence[ImageRequest]"
    ) -> "tuple[Image, ...]":
        """Return the images, or none if memory ran out."""
        try:
            return self._run(pipeline, requests)
        except Exception as error:
            if out_of_memory(error):
                return ()
            raise ModelBroken(
                _(
                    "The model {name!r} cannot generate: {first_line} Use its default "
                    "size, steps and scheduler, or choose another model."
                ).format(name=self._spec.name, first_line=first_line(error))
            ) from error

    def _halve(self, size: int) -> None:
        import torch

        if size == 1:
            raise OutOfMemory(
                _(
                    "One image of {width_px} x {height_px} pixels from {name!r} does not "
                    "fit into memory. Generate smaller images, close other programs, or "
                    "choose a smaller model."
                ).format(
                    width_px=self._settings.width_px,
                    height_px=self._settings.height_px,
                    name=self._spec.name,
                )
            )
        self._batch = size // 2
        if self._device == "cuda":
            torch.cuda.empty_cache()

    def _run(
        self, pipeline: "DiffusionPipeline", requests: "Sequence[ImageRequest]"
    ) -> "tuple[Image, ...]":
        import torch

        with torch.inference_mode():
            output = pipeline(
                **self._embeddings(pipeline, [request.prompt.text for request in requests]),
                generator=[torch.Generator("cpu").manual_seed(each.seed) for each in requests],
                num_inference_steps=self._settings.steps,
                guidance_scale=self._settings.guidance,
                width=self._settings.width_px,
                height=self._settings.height_px,
                output_type="np",
            )
        flagged = getattr(output, "nsfw_content_detected", None) or [False] * len(requests)
        return tuple(map(_image, requests, output.images, flagged))

    def _embeddings(
        self, pipeline: "DiffusionPipeline", texts: "Sequence[str]"
    ) -> "dict[str, Tensor]":
        import torch

        self._encode(pipeline, [text for text in dict.fromkeys(texts) if text not in self._encoded])
        each = [self._encoded[text] for text in texts]
        stacked = {name: torch.cat([one[name] for one in each]) for name in each[0]}
        unguided = {
            name: tensor.expand(len(texts), *tensor.shape[1:])
            for name, tensor in self._without_prompt(pipeline).items()
        }
        for text in [text for text in self._encoded if text not in texts]:
            if len(self._encoded) > _MAX_ENCODED:
                del self._encoded[text]
        return stacked | unguided

    def _encode(self, pipeline: "DiffusionPipeline", texts: "Sequence[str]") -> None:
        if texts:
            tensors = _encode(pipeline, texts, guided=False)
            for place, text in enumerate(texts):
                self._encoded[text] = {
                    name: tensor[place : place + 1] for name, tensor in tensors.items()
                }

    def _without_prompt(self, pipeline: "DiffusionPipeline") -> "dict[str, Tensor]":
        """Return the encoded empty prompt, which guidance steers away from; {} without guidance."""
        if self._settings.guidance > 1 and not self._unguided:
            tensors = _encode(pipeline, [""], guided=True)
            self._unguided = {
                name: tensor for name, tensor in tensors.items() if name.startswith("negative")
            }
        return self._unguided


def _encode(
    pipeline: Any,
    texts: "Sequence[str]",
    *,
    guided: bool,
) -> "dict[str, Tensor]":
    tensors = pipeline.encode_prompt(
        prompt=list(texts),
        device=pipeline.device,
        num_images_per_prompt=1,
        do_classifier_free_guidance=guided,
    )
    named = zip(_EMBEDDINGS, tensors, strict=False)
    return {name: tensor for name, tensor in named if tensor is not None}


def _image(request: "ImageRequest", image: "np.ndarray", flagged: bool) -> Image:  # noqa: FBT001
    """Return an image whose floats in 0..1 became pixels, or the reason why it is filtered."""
    import numpy as np

    if flagged:
        return Image(request, None, SAFETY_FILTER)
    if not np.isfinite(image).all():
        return Image(request, None, DECODE_FAILURE)
    return image_of(request, (image * 255).round().astype(np.uint8))
