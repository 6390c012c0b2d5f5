"""Classify images with any open_clip model, by their similarity to the captions of each label."""

from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from explorer.classifiers.models import load_model
from explorer.errors import ExplorerError, ModelBroken, OutOfMemory
from explorer.failures import first_line, out_of_memory
from explorer.models.tokens import read_alike
from explorer.perception.decide import Calibration, decide
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from explorer.classifiers.models import Model
    from explorer.models.requests import Image
    from explorer.perception.axes import Axis, Perception

_BATCH = 64

_T = TypeVar("_T")


class ClipClassifier:
    """Classifies images by their similarity to captions.

    A label's vector is the mean of its captions' normalised embeddings, normalised again. The
    scores are the softmax over the labels of (cosine with the image - bias) / temperature. The
    model is loaded at the first image; captions are encoded once per axis; threads take turns.
    """

    def __init__(self, spec: ClassifierSpec, device: str) -> None:
        """Remember the model and the device; load nothing.

        Args:
            spec: the backbone is "emoji-clip" (bundled), a "MODEL/PRETRAINED" from open_clip's
                list, or the folder of a model in open_clip's layout.
            device: "cpu", "cuda" or "mps".
        """
        self.name = str(spec.backbone)
        self._spec = spec
        self._device = device
        self._batch = _BATCH
        self._model: Model | None = None
        self._labels: dict[str, Tensor] = {}
        self._seen: tuple[np.ndarray, ...] = ()
        self._features: Tensor | None = None
        self._lock = Lock()

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per image, in order; a filtered image has none.

        Raises:
            UnknownName: there is no such classifier; the message suggests a similar name.
            ModelError: the classifier cannot be loaded or cannot classify; the message says what
                to do.
        """
        return self.classify_all(images, (axis,))

    def classify_all(
        self, images: "Sequence[Image]", axes: "Sequence[Axis]"
    ) -> "Iterator[Perception]":
        """Yield the perceptions of each image on each axis; each image is encoded once.

        Raises:
            UnknownName: there is no such classifier; the message suggests a similar name.
            ModelError: the classifier cannot be loaded or cannot classify; the message says what
                to do.
        """

        def scored(model: "Model", features: "Tensor") -> dict[str, list[list[float]]]:
            return {axis.name: self._scores(model, features, axis) for axis in axes}

        for batch, scores in self._in_batches(images, scored):
            for place, image in enumerate(batch):
                for axis in axes:
                    instrument = Instrument.of(self._spec, axis)
                    key = image.request.key
                    yield decide(key, axis, instrument, scores[axis.name][place])

    def embed(self, images: "Sequence[Image]") -> "NDArray[np.float16]":
        """Return the embeddings of images, in order, as rows of length 1; a filtered one has none.

        Images that were just classified are not encoded once more.

        Raises:
            UnknownName: there is no such classifier; the message suggests a similar name.
            ModelError: the classifier cannot be loaded or cannot encode; the message says what to
                do.
        """
        import numpy as np

        def halved(_model: "Model", features: "Tensor") -> "NDArray[np.float16]":
            rows: NDArray[np.float16] = features.half().cpu().numpy()
            return rows

        return np.concatenate([rows for _batch, rows in self._in_batches(images, halved)])

    def _in_batches(
        self, images: "Sequence[Image]", ask: "Callable[[Model, Tensor], _T]"
    ) -> "Iterator[tuple[Sequence[Image], _T]]":
        """Yield batches of the images that are not filtered, with what their features answer."""
        shown = [image for image in images if image.pixels is not None]
        done = 0
        while done < len(shown):
            with self._lock:
                batch, answer = self._fitting(shown[done : done + self._batch], ask)
            yield batch, answer
            done += len(batch)

    def _fitting(
        self, images: "Sequence[Image]", ask: "Callable[[Model, Tensor], _T]"
    ) -> "tuple[Sequence[Image], _T]":
        """Return as many of the first images as fit into memory, and the answer for them."""
        if self._model is None:
            self._model = load_model(self.name, self._device)
        while True:
            images = images[: self._batch]
            answer = self._try(self._model, images, ask)
            if answer is not None:
                return images, answer
            if len(images) == 1:
                raise OutOfMemory(
                    _(
                        "One image does not fit into memory beside the classifier {name!r}. "
                        "Close other programs or choose a smaller classifier."
                    ).format(name=self.name)
                )
            self._batch = len(images) // 2

    def _try(
        self, model: "Model", images: "Sequence[Image]", ask: "Callable[[Model, Tensor], _T]"
    ) -> _T | None:
        """Return the answer, or None if memory ran out."""
        import torch

        try:
            with torch.inference_mode():
                return ask(model, self._encode(model, images))
        except ExplorerError:
            raise
        except Exception as error:
            if out_of_memory(error):
                return None
            raise ModelBroken(
                _("The classifier {name!r} cannot classify: {first_line} Choose another.").format(
                    name=self.name, first_line=first_line(error)
                )
            ) from error

    def _encode(self, model: "Model", images: "Sequence[Image]") -> "Tensor":
        """Return normalised features (images, width); those of the last batch are cached."""
        import torch
        from PIL import Image

        arrays = tuple(image.pixels for image in images if image.pixels is not None)
        if self._features is None or not same(arrays, self._seen):
            batch = torch.stack([model.prepare(Image.fromarray(array)) for array in arrays])
            features = model.clip.encode_image(batch.to(self._device), normalize=True)
            self._seen, self._features = arrays, features
        return self._features

    def _scores(self, model: "Model", features: "Tensor", axis: "Axis") -> list[list[float]]:
        import torch

        if axis.digest not in self._labels:
            self._check_captions(model, axis)
            self._labels[axis.digest] = self._label_vectors(model, axis)
        calibration = model.calibrations.get(axis.name, Calibration())
        cosines = (features @ self._labels[axis.digest].T).double()
        bias = torch.tensor(calibration.bias or [0.0] * len(axis.labels)).to(cosines)
        logits = (cosines - bias) / calibration.temperature
        scores: list[list[float]] = logits.softmax(dim=-1).tolist()
        return scores

    def _check_captions(self, model: "Model", axis: "Axis") -> None:
        """Refuse captions that the model does not read to the end, or not as different texts."""
        import torch

        captions = [caption for label in axis.labels for caption in axis.captions(label)]
        tokens = model.tokenize(captions)
        length = tokens.shape[1]
        # Given more room, the tokens of a caption that was cut off differ, and others do not.
        whole = model.tokenize(captions, context_length=2 * length)  # type: ignore[call-arg]
        cut = torch.nonzero((whole[:, :length] != tokens).any(dim=1))
        if len(cut):
            raise ModelBroken(
                _(
                    "The classifier {name!r} reads {length} tokens and does not read the "
                    "end of the caption {captions!r}. Choose another classifier."
                ).format(name=self.name, length=length, captions=captions[int(cut[0])])
            )
        if alike := read_alike(captions, map(tuple, tokens.tolist())):
            raise ModelBroken(
                _(
                    "The classifier {name!r} reads the captions {alike!r} and {alike_2!r} "
                    "as the same text, so its tokenizer is incomplete or that of another "
                    "model. Save or download it again, or choose another classifier."
                ).format(name=self.name, alike=alike[0], alike_2=alike[1])
            )

    def _label_vectors(self, model: "Model", axis: "Axis") -> "Tensor":
        """Return the vector of each label, (labels, width)."""
        import torch
        from torch.nn.functional import normalize

        means = []
        for label in axis.labels:
            tokens = model.tokenize(list(axis.captions(label))).to(self._device)
            parts = tokens.split(self._batch)
            embeddings = [model.clip.encode_text(part, normalize=True) for part in parts]
            means.append(torch.cat(embeddings).mean(dim=0))
        return normalize(torch.stack(means), dim=-1)


def same(arrays: "Sequence[object]", others: "Sequence[object]") -> bool:
    """Return whether these are the same objects, not only equal ones."""
    return len(arrays) == len(others) and all(
        one is other for one, other in zip(arrays, others, strict=True)
    )
