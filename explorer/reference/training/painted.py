"""Recolour emoji art that has only one skin and hair colour, so that it shows every tone."""

import re
from pathlib import Path

from explorer.reference.training.art import TONES, Portrait, fetch, read_icons, render

SOURCE = "streamline"

# The fill colours of Streamline: skin, its shade, highlight and cheeks; hair and its highlight.
SKIN = ("#ffcebf", "#ffb59e", "#ffdcd1", "#ffa694")
HAIR = ("#a86c4d", "#de926a")

SKIN_PAINTS = {
    "light": ("#fadcbc", "#ecc7a2", "#fdead4", "#f5b8a0"),
    "medium-light": ("#e0bb95", "#cda57d", "#ebcba9", "#d99a7a"),
    "medium": ("#bf8f68", "#aa7a54", "#cda27d", "#b57255"),
    "medium-dark": ("#9b643d", "#85522f", "#ac7750", "#934e33"),
    "dark": ("#594539", "#4a382d", "#6b5547", "#5a3d33"),
}
# Brown, black, blonde and grey, so that grey hair is not learned as a sign of men.
HAIR_PAINTS = (
    ("#a86c4d", "#de926a"),
    ("#35302d", "#5a534e"),
    ("#d9b25f", "#efd08a"),
    ("#a9abb0", "#cfd1d6"),
)
# Plain shirts are pink on women and blue on men, but hair and face should distinguish them.
SHIRT_PAINTS = {"#ff87af": "#00b8f0", "#ff6196": "#009fd9"}

_FILLS = re.compile("|".join((*SKIN, *HAIR, *SHIRT_PAINTS)))


def painted_portraits(folder: Path, looks: tuple[str, ...]) -> tuple[Portrait, ...]:
    """Return Streamline's women and men of these looks in five tones and four hair colours."""
    icons = read_icons(fetch(SOURCE, folder) / "icons.json")
    return tuple(
        Portrait(SOURCE, look, gender, tone, render(_painted(icons[name], tone, hair)))
        for look in looks
        for gender in ("woman", "man")
        if (name := f"{gender}-2" if look == "plain" else f"{gender}-{look}-2") in icons
        for tone in TONES
        for hair in HAIR_PAINTS
    )


def _painted(svg: str, tone: str, hair: tuple[str, str]) -> str:
    paints = dict(zip((*SKIN, *HAIR), (*SKIN_PAINTS[tone], *hair), strict=True)) | SHIRT_PAINTS
    return _FILLS.sub(lambda fill: paints[fill[0]], svg)
