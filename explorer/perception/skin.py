"""Skin tone measured in pixels: colour, angles, the nearest Monk tone, one of three bins.

Colours are CIELAB under D65, as floats: lightness 0..100, a* from green to red, b* from blue to
yellow. Rounding to 8-bit Lab would change every angle (MST 10 from -84 to -6 degrees).
"""

import json
import math
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.perception.axes import Perception

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Instrument

GREY = "grey image"
CAST = "colour cast"
TOO_FEW = "too few skin pixels"
CLIPPED = "skin over- or underexposed"

# In a grey image, nearly all pixels have less chroma than this.
_GREY_CHROMA = 4.0
# The deepest Monk tone has a chroma of only 3.8, so the limit for skin is lower.
_SKIN_CHROMA = 2.0
_NEARLY_ALL = 95
_SIDE_PX = 128
# Below this lightness, hue is noise.
_DARKEST = 8.0
_MOST_CLIPPED = 0.3


@dataclass(frozen=True, slots=True)
class Skin:
    """Measurements of skin pixels, from the median of each Lab channel.

    `ita_degrees` is the individual typology angle, 90 (lightest) to -90; `hue_degrees` runs from
    red (0) to yellow (90). `monk` is the nearest of the ten Monk tones, 1..10; `sureness` is 0
    if the second nearest is equally near, and 1 if the colour is exactly that tone. `pixels` is the
    number of pixels measured.

    Source: Chardon, Cretois and Hourseau 1991 (typology angle); Thong, Joniak and Xiang 2023,
    "Beyond skin tone" (hue in addition to lightness); Sharma, Wu and Dalal 2005 (CIEDE2000, the
    distance between tones).
    """

    lightness: float
    hue_degrees: float
    ita_degrees: float
    monk: int
    sureness: float
    pixels: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The conditions for measuring a region.

    `fewest` is the number of skin pixels needed. `reddest` is the smallest hue of skin, in degrees;
    the largest is always the same. A pixel with a channel at `brightest` or above is clipped: its
    brightness is unknown. `cast` is whether a region that is mostly of other hues has coloured
    light. Only skin pixels with a lightness between the two percentiles `between` are measured,
    which leaves out eyebrows, nostrils, highlights and shadows.
    """

    fewest: int
    reddest: float
    brightest: int
    cast: bool
    between: tuple[int, int]


PHOTOGRAPH = Rules(fewest=400, reddest=20.0, brightest=250, cast=True, between=(5, 95))
# In drawings, bright and reddish colours are not camera artefacts, and other hues are not coloured
# light. Some shade chin and neck heavily, so only the lit side is measured, as in Thong et al.
DRAWING = Rules(fewest=100, reddest=0.0, brightest=256, cast=False, between=(50, 95))
_YELLOWEST = 100.0


def to_lab(pixels: "NDArray[np.uint8]") -> "NDArray[np.float64]":
    """Return sRGB pixels as CIELAB (D65), of the same shape (..., 3)."""
    from skimage.color import rgb2lab

    lab: NDArray[np.float64] = rgb2lab(pixels / 255.0)
    return lab


def is_grey(pixels: "NDArray[np.uint8]") -> bool:
    """Return whether an image (height, width, 3) has no colour."""
    import numpy as np

    # A subset of the pixels of a large image is enough.
    step = max(1, min(pixels.shape[:2]) // _SIDE_PX)
    chroma = _chroma(to_lab(pixels[::step, ::step]))
    return bool(np.percentile(chroma, _NEARLY_ALL) < _GREY_CHROMA)


def measure(region: "NDArray[np.uint8]", rules: Rules) -> Skin | str:
    """Return the skin measured in a region of a face, or the reason for a missing measurement.

    Args:
        region: sRGB pixels (height, width, 3), most of them skin.
        rules: the conditions for measuring it.
    """
    import numpy as np

    pixels = region.reshape(-1, 3)
    lab = to_lab(pixels)
    kept = (pixels < rules.brightest).all(axis=1) & (lab[:, 0] >= _DARKEST)
    if kept.mean() < 1 - _MOST_CLIPPED:
        return CLIPPED
    coloured = lab[kept & (_chroma(lab) >= _SKIN_CHROMA)]
    hue = np.degrees(np.arctan2(coloured[:, 2], coloured[:, 1]))
    is_skin = (hue >= rules.reddest) & (hue <= _YELLOWEST) & (coloured[:, 2] > 0)
    skin = coloured[is_skin]
    if rules.cast and len(skin) < len(coloured) / 2:
        return CAST
    if len(skin) < rules.fewest:
        return TOO_FEW
    low, high = np.percentile(skin[:, 0], rules.between)
    middle = skin[(skin[:, 0] >= low) & (skin[:, 0] <= high)]
    return describe(np.median(middle, axis=0), len(middle))


def describe(colour: "NDArray[np.float64]", pixels: int) -> Skin:
    """Return the angles and the nearest Monk tone of a skin colour, Lab of shape (3,)."""
    import numpy as np
    from skimage.color import deltaE_ciede2000

    lightness, red, yellow = map(float, colour)
    tones = monk_tones()
    distances = deltaE_ciede2000(np.broadcast_to(colour, tones.shape), tones)
    nearest, second = np.sort(distances)[:2]
    return Skin(
        lightness=lightness,
        hue_degrees=math.degrees(math.atan2(yellow, red)),
        ita_degrees=math.degrees(math.atan2(lightness - 50, yellow)),
        monk=int(distances.argmin()) + 1,
        sureness=float((second - nearest) / (second + nearest)),
        pixels=pixels,
    )


def answer(image_key: str, axis: "Axis", instrument: "Instrument", found: Skin | str) -> Perception:
    """Return the perception with the bin of the nearest Monk tone, or with an abstention.

    Its `scores` are the measurements, in the order of the axis's `measures`.
    """
    if isinstance(found, str):
        return Perception(image_key, axis.name, instrument, None, found, ())
    scores = tuple(map(float, astuple(found)))
    return Perception(image_key, axis.name, instrument, bin_of(found.monk), None, scores)


def bin_of(monk: int) -> str:
    """Return the bin of a Monk tone, 1..10.

    The limits lie in the widest gaps of the scale, so that moderate changes of light do not cross
    them.
    """
    bins: dict[str, tuple[int, int]] = _scale()["bins"]
    return next(name for name, (low, high) in bins.items() if low <= monk <= high)


def bin_of_word(word: str) -> str:
    """Return the bin of one of the five tone words in the captions.

    It follows from the flat skin colours of these five tones in emoji sets: their nearest Monk
    tones are 4, 5, 6, 6 and 8 (Noto Emoji) and 2, 5, 6, 7 and 8 (Fluent Emoji).
    """
    return str(_scale()["words"][word])


@cache
def monk_tones() -> "NDArray[np.float64]":
    """Return the ten Monk tones as Lab, of shape (10, 3)."""
    import numpy as np

    rows = [[int(tone[place : place + 2], 16) for place in (1, 3, 5)] for tone in _scale()["tones"]]
    return to_lab(np.array(rows, dtype=np.uint8))


@cache
def _scale() -> dict[str, Any]:
    path = Path(__file__).with_name("monk.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _chroma(lab: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    chroma: NDArray[np.float64] = np.hypot(lab[..., 1], lab[..., 2])
    return chroma
