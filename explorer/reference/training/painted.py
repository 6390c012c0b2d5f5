"""Repaint emoji art that has one skin and one hair colour, so that it shows every tone."""

import re
from pathlib import Path

from explorer.reference.training.art import TONES, Portrait, fetch, read_icons, render

SOURCE = "streamline"

# What Streamline fills skin with, its shade, its light and cheeks; and hair, with its light.
SKIN = ("#ffcebf", "#ffb59e", "#ffdcd1", "#ffa694")
HAIR = ("#a86c4d", "#de926a")

SKIN_PAINTS = {
    "light": ("#fadcbc", "#ecc7a2", "#fdead4", "#f5b8a0"),
    "medium-light": ("#e0bb95", "#cda57d", "#ebcba9", "#d99a7a"),
    "medium": ("#bf8f68", "#aa7a54", "#cda27d", "#b57255"),
    "medium-dark": ("#9b643d", "#85522f", "#ac7750", "#934e33"),
    "dark": ("#594539", "#4a382d", "#6b5547", "#5a3d33"),
}
# Brown, black, blonde and grey: whoever learns from these cannot take grey hair for a man's.
HAIR_PAINTS = (
    ("#a86c4d", "#de926a"),
    ("#35302d", "#5a534e"),
    ("#d9b25f", "#efd08a"),
    ("#a9abb0", "#cfd1d6"),
)
# Shirts without a job are pink on women and blue on men; hair and face should tell them apart.
SHIRT_PAINTS = {"#ff87af": "#00b8f0", "#ff6196": "#009fd9"}

_FILLS = re.compile("|".join((*SKIN, *HAIR, *SHIRT_PAINTS)))


def painted_portraits(folder: Path, looks: tuple[str, ...]) -> tuple[Portrait, ...]:
    """Render Streamline's women and men of these looks in all five tones and four hair colours."""
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
