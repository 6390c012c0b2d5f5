"""Images that show nothing: black ones, and ones of one colour."""

from typing import TYPE_CHECKING

from explorer.models.requests import BLACK_IMAGE, BLANK_IMAGE, Image

if TYPE_CHECKING:
    import numpy as np

    from explorer.models.requests import ImageRequest


def image_of(request: "ImageRequest", pixels: "np.ndarray", revised: str | None = None) -> Image:
    """Return the image of these pixels, or the reason why it is filtered."""
    if (pixels == pixels[0, 0]).all():
        return Image(request, None, BLANK_IMAGE if pixels.any() else BLACK_IMAGE)
    return Image(request, pixels, revised=revised)
