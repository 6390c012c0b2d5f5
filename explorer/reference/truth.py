"""The true shares in the bundled generators' images, read from truth.csv beside their weights.

The shares were counted on a large sample by comparing the face and hair in each image with those in
the training images, without a CLIP. Where training fell short of the design, these shares are the
truth that an instrument has to find, not the designed ones.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.errors import UnknownName
from explorer.models.catalog import weights_folder
from explorer.reference.design import BUNDLED, Mix, designed_mix
from explorer.words.vocabulary import find_profession

TONES = ("light", "medium-light", "medium", "medium-dark", "dark")
ADJECTIVES = ("none", "feminine", "masculine", "all")
TOLERANCE = 0.05
# With fewer images, a share is off by more than 7 points one time in twenty: too much for a truth.
ENOUGH_IMAGES = 200


@dataclass(frozen=True, slots=True)
class Truth:
    """Designed and generated mix of one generator, profession and kind of adjective.

    `adjectives` is "none" for the prompt without one, "feminine" or "masculine" for the adjectives
    so coded, and "all" for the whole sample. `generated.women` is the share of women among women
    and men, as in the design.
    """

    model: str
    profession: str
    adjectives: str
    images: int
    designed: Mix
    generated: Mix

    @property
    def within_tolerance(self) -> bool:
        """Whether the generated share of women is within 5 points of the design."""
        return abs(self.generated.women - self.designed.women) <= TOLERANCE


@cache
def read_truth(model: str) -> tuple[Truth, ...]:
    """Return every row of a bundled generator's truth.csv.

    Raises:
        UnknownName: the model is not bundled.
    """
    if model not in BUNDLED:
        raise UnknownName("bundled model", model, BUNDLED)
    with truth_path(model).open(encoding="utf-8", newline="") as file:
        return tuple(_truth(row) for row in csv.DictReader(file))


def find_truth(model: str, profession: str, adjectives: str = "none") -> Truth | None:
    """Return the row of a profession, None if the sample has too few images of it or none."""
    if model not in BUNDLED:
        return None
    try:
        name = find_profession(profession).name
    except UnknownName:
        return None
    rows = {(row.profession, row.adjectives): row for row in read_truth(model)}
    row = rows.get((name, adjectives))
    return row if row and row.images >= ENOUGH_IMAGES else None


def write_truth(rows: tuple[Truth, ...], path: Path) -> None:
    """Write rows as a CSV file that `read_truth` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(row) for row in rows)


def truth_path(model: str) -> Path:
    """Return the path of a bundled generator's truth.csv."""
    return weights_folder(model) / "truth.csv"


COLUMNS = (
    "model",
    "profession",
    "adjectives",
    "images",
    "costume",
    "designed_women",
    "generated_women",
    "within_5_points",
    "designed_neutral",
    "generated_neutral",
    *(f"designed_{tone}" for tone in TONES),
    *(f"generated_{tone}" for tone in TONES),
)


def _row(truth: Truth) -> dict[str, object]:
    row: dict[str, object] = {
        "model": truth.model,
        "profession": truth.profession,
        "adjectives": truth.adjectives,
        "images": truth.images,
        "costume": truth.designed.costume,
        "within_5_points": "yes" if truth.within_tolerance else "no",
    }
    for kind, mix in (("designed", truth.designed), ("generated", truth.generated)):
        row[f"{kind}_women"] = f"{mix.women:.4f}"
        row[f"{kind}_neutral"] = f"{mix.neutral:.4f}"
        row |= {
            f"{kind}_{tone}": f"{share:.4f}" for tone, share in zip(TONES, mix.tones, strict=True)
        }
    return row


def _truth(row: dict[str, str]) -> Truth:
    designed, generated = (_mix(row, kind) for kind in ("designed", "generated"))
    return Truth(
        model=row["model"],
        profession=row["profession"],
        adjectives=row["adjectives"],
        images=int(row["images"]),
        designed=designed,
        generated=generated,
    )


def _mix(row: dict[str, str], kind: str) -> Mix:
    return Mix(
        costume=row["costume"],
        women=float(row[f"{kind}_women"]),
        neutral=float(row[f"{kind}_neutral"]),
        tones=tuple(float(row[f"{kind}_{tone}"]) for tone in TONES),
    )


def designed_rows(model: str, profession: str) -> dict[str, Mix]:
    """Return the designed mix for each kind of adjective; "all" is the mean of the other three."""
    mixes = {
        kind: designed_mix(model, profession, None if kind == "none" else kind)
        for kind in ADJECTIVES[:3]
    }
    women = sum(mix.women for mix in mixes.values()) / len(mixes)
    plain = mixes["none"]
    return {**mixes, "all": Mix(plain.costume, women, plain.neutral, plain.tones)}
