"""Download openly licensed emoji portraits, render them and label them."""

import io
import json
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

RENDER_PX = 128

PACKAGES = {
    "noto": "@iconify-json/noto@1.2.9",
    "noto-v1": "@iconify-json/noto-v1@1.2.5",
    "fluent": "@iconify-json/fluent-emoji@1.2.7",
    "fluent-flat": "@iconify-json/fluent-emoji-flat@1.2.6",
    "fluent-3d": "@lobehub/fluent-emoji-3d@1.1.0",
    "openmoji": "@iconify-json/openmoji@1.2.29",
    "streamline": "@iconify-json/streamline-emojis@1.2.4",
    "twemoji": "emoji-datasource-twitter@16.0.0",
}

TONES = ("light", "medium-light", "medium", "medium-dark", "dark")
GENDERS = ("woman", "man", "person")

# The folders of bitmaps in their packages.
BITMAPS = {
    "fluent-3d": "assets",
    "twemoji": "img/twitter/64",
}

COSTUMES = (
    "artist",
    "astronaut",
    "construction-worker",
    "cook",
    "detective",
    "factory-worker",
    "farmer",
    "firefighter",
    "guard",
    "health-worker",
    "judge",
    "mechanic",
    "office-worker",
    "pilot",
    "police-officer",
    "scientist",
    "singer",
    "student",
    "teacher",
    "technologist",
)

# Portraits without a job, which add hair styles and poses to the training of the small CLIP.
OTHER_PORTRAITS = (
    "bald",
    "curly-hair",
    "red-hair",
    "white-hair",
    "blonde-hair",
    "wearing-turban",
    "with-veil",
    "in-tuxedo",
    "facepalming",
    "frowning",
    "gesturing-no",
    "gesturing-ok",
    "getting-haircut",
    "getting-massage",
    "pouting",
    "raising-hand",
    "shrugging",
    "tipping-hand",
    "superhero",
    "bowing",
)

_ZWJ = "\u200d"
_TONE_CODES = dict(zip(TONES, ("1f3fb", "1f3fc", "1f3fd", "1f3fe", "1f3ff"), strict=True))
_GENDER_CODES = {"woman": "1f469", "man": "1f468", "person": "1f9d1"}
_JOINED_CODES = {
    "artist": "1f3a8",
    "astronaut": "1f680",
    "cook": "1f373",
    "factory-worker": "1f3ed",
    "farmer": "1f33e",
    "firefighter": "1f692",
    "health-worker": "2695-fe0f",
    "judge": "2696-fe0f",
    "mechanic": "1f527",
    "office-worker": "1f4bc",
    "pilot": "2708-fe0f",
    "scientist": "1f52c",
    "singer": "1f3a4",
    "student": "1f393",
    "teacher": "1f3eb",
    "technologist": "1f4bb",
    "bald": "1f9b2",
    "curly-hair": "1f9b1",
    "red-hair": "1f9b0",
    "white-hair": "1f9b3",
}
_GENDER_SIGNED_CODES = {
    "construction-worker": "1f477",
    "detective": "1f575",
    "guard": "1f482",
    "police-officer": "1f46e",
    "blonde-hair": "1f471",
    "wearing-turban": "1f473",
    "with-veil": "1f470",
    "in-tuxedo": "1f935",
    "facepalming": "1f926",
    "frowning": "1f64d",
    "gesturing-no": "1f645",
    "gesturing-ok": "1f646",
    "getting-haircut": "1f487",
    "getting-massage": "1f486",
    "pouting": "1f64e",
    "raising-hand": "1f64b",
    "shrugging": "1f937",
    "tipping-hand": "1f481",
    "superhero": "1f9b8",
    "bowing": "1f647",
}


@dataclass(frozen=True, slots=True)
class Portrait:
    """One rendered emoji, uint8 RGBA of shape (RENDER_PX, RENDER_PX, 4), and its labels.

    `costume` is "plain" for a person without a job.
    """

    source: str
    costume: str
    gender: str
    tone: str
    rgba: np.ndarray


def fetch(source: str, folder: Path) -> Path:
    """Return the folder of one emoji set, an npm package that is downloaded once."""
    target = folder / source
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            ["npm", "pack", "--silent", PACKAGES[source]],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
            archive.extractall(target, filter="data")
    return target / "package"


def portraits(source: str, folder: Path, costumes: tuple[str, ...]) -> tuple[Portrait, ...]:
    """Return the portraits of a set in these costumes, in all genders and tones that exist."""
    read = _read_icons if (fetch(source, folder) / "icons.json").exists() else _read_bitmaps
    found = []
    for costume in costumes:
        for gender in GENDERS:
            for tone in TONES:
                rgba = read(source, folder, costume, gender, tone)
                if rgba is not None:
                    found.append(Portrait(source, costume, gender, tone, rgba))
    return tuple(found)


def _read_icons(
    source: str, folder: Path, costume: str, gender: str, tone: str
) -> np.ndarray | None:
    icons = read_icons(fetch(source, folder) / "icons.json")
    for name in _icon_names(costume, gender, tone):
        if name in icons:
            return render(icons[name])
    return None


def render(svg: str) -> np.ndarray:
    """Return the rendered icon, uint8 RGBA of shape (RENDER_PX, RENDER_PX, 4)."""
    return _decode(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=RENDER_PX, height=RENDER_PX)))


@cache
def read_icons(path: Path) -> dict[str, str]:
    """Return the icons of an iconify package by name, with aliases, each a complete SVG."""
    content = json.loads(path.read_text(encoding="utf-8"))
    bodies = {name: icon["body"] for name, icon in content["icons"].items()}
    aliases = content.get("aliases", {})
    bodies |= {
        name: bodies[alias["parent"]]
        for name, alias in aliases.items()
        if alias["parent"] in bodies
    }
    width, height = content.get("width", 16), content.get("height", 16)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    return {name: f"{head}{body}</svg>" for name, body in bodies.items()}


def _icon_names(costume: str, gender: str, tone: str) -> tuple[str, ...]:
    """Return the possible names of an icon: sets differ in word order and tone suffix."""
    hair = costume.replace("-hair", "-haired")
    if costume == "plain":
        stems = [gender]
    elif costume in COSTUMES:
        stems = [costume if gender == "person" else f"{gender}-{costume}"]
    else:
        stems = [
            f"{gender}-{costume}",
            f"{gender}-{hair}",
            f"blond-haired-{gender}" * (costume == "blonde-hair"),
        ]
    return tuple(f"{stem}-{tone}{end}" for stem in stems for end in ("-skin-tone", ""))


def _read_bitmaps(
    source: str, folder: Path, costume: str, gender: str, tone: str
) -> np.ndarray | None:
    package = fetch(source, folder)
    path = package / BITMAPS[source]
    for name in _bitmap_names(source, costume, gender, tone):
        for suffix in (".png", ".webp"):
            if (path / (name + suffix)).exists():
                return _decode((path / (name + suffix)).read_bytes())
    return None


def _bitmap_names(source: str, costume: str, gender: str, tone: str) -> tuple[str, ...]:
    # The 3D package swaps these two tones: its "1f3fc" portraits have darker skin than its "1f3fd"
    # ones, unlike the same portraits in the other Fluent packages.
    swapped = {"medium-light": "medium", "medium": "medium-light"} if source == "fluent-3d" else {}
    tone_code = _TONE_CODES[swapped.get(tone, tone)]
    if costume == "plain":
        return (f"{_GENDER_CODES[gender]}-{tone_code}",)
    if costume in _JOINED_CODES:
        joined = f"{_GENDER_CODES[gender]}-{tone_code}-200d-{_JOINED_CODES[costume]}"
        return (joined, joined.removesuffix("-fe0f"))
    sign = {"woman": "-200d-2640-fe0f", "man": "-200d-2642-fe0f", "person": ""}[gender]
    signed = f"{_GENDER_SIGNED_CODES[costume]}-{tone_code}{sign}"
    return (signed, signed.removesuffix("-fe0f"))


def _decode(data: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    return np.asarray(image.resize((RENDER_PX, RENDER_PX), Image.Resampling.LANCZOS))
