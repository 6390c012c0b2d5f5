"""Images of given pixels."""

import numpy as np
from numpy.typing import NDArray

from explorer.models.requests import Image
from tests.tiny import requests_for, tiny_spec


def images(*pixels: NDArray[np.uint8]) -> tuple[Image, ...]:
    """Return an image of each array, as a model would have generated them for authors."""
    requests = requests_for(tiny_spec("a/b"), ("author",), len(pixels))
    return tuple(Image(request, array) for request, array in zip(requests, pixels, strict=True))
