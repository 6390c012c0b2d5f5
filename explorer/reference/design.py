"""The designed bias of the bundled models, computed from design.json."""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer.errors import UnknownName
from explorer.words.vocabulary import DEFAULT_YEAR, find_adjective, find_profession

BUNDLED = ("emoji-skewed", "emoji-even")
CODINGS = (None, "feminine", "masculine")
PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Mix:
    """The shares of genders and tones in a bundled generator's images of one prompt.

    `women` is the share of women among women and men, `neutral` is the share of gender-neutral
    persons among all images, and `tones` are the shares of the tones from light to dark. `costume`
    is the costume in all of them.
    """

    costume: str
    women: float
    neutral: float
    tones: tuple[float, ...]

    @property
    def genders(self) -> tuple[float, float, float]:
        """Shares of woman, man and person; they sum to 1."""
        gendered = 1 - self.neutral
        return (gendered * self.women, gendered * (1 - self.women), self.neutral)


def designed_mix(model: str, profession: str | None, coding: str | None = None) -> Mix:
    """Return the designed mix of a model for a profession and an adjective's coding.

    Args:
        model: one of BUNDLED.
        profession: one of the 150, None for a word outside the vocabulary.
        coding: "feminine" or "masculine", None without an adjective.

    Raises:
        UnknownName: the model is not bundled, or the profession is not one of the 150.
    """
    design = read_design()
    if model not in design["models"]:
        raise UnknownName("bundled model", model, design["models"])
    rules = design["models"][model]
    place = design["professions"][find_profession(profession).name] if profession else {}
    shift = rules["adjective_shift"][coding] if coding else 0.0
    share = _labour_share(profession) if profession else 0.5
    # A tilt above 0 moves the shares towards the dark end, by one factor a step.
    tilt = rules["tone_tilt"][place.get("pay", "middle")]
    tones = [tone * math.exp(tilt * step) for step, tone in enumerate(rules["tone_shares"])]
    return Mix(
        costume=place.get("costume", PLAIN),
        women=_amplified(share, rules["amplification"], shift),
        neutral=rules["neutral_share"],
        tones=tuple(tone / sum(tones) for tone in tones),
    )


def designed_mix_of(model: str, profession: str, adjective: str | None) -> Mix:
    """Return the designed mix of a prompt whose words may be outside the vocabulary."""
    try:
        name = find_profession(profession).name
    except UnknownName:
        name = None
    try:
        coding = find_adjective(adjective).coding if adjective else None
    except UnknownName:
        coding = None
    return designed_mix(model, name, coding)


def designed_pronouns(model: str, profession: str) -> tuple[float, float, float]:
    """Return the shares of she, he and they that a language model was taught for a profession.

    Args:
        model: one of explorer.pronouns.source.BUNDLED.
        profession: one of the 150.

    Raises:
        UnknownName: the model is not bundled, or the profession is not one of the 150.
    """
    rules = read_design()["language_models"]
    if model not in rules:
        raise UnknownName("bundled language model", model, rules)
    women = _amplified(_labour_share(profession), rules[model]["amplification"])
    they = rules[model]["they_share"]
    return ((1 - they) * women, (1 - they) * (1 - women), they)


def _labour_share(profession: str) -> float:
    share = find_profession(profession).women_share(DEFAULT_YEAR)
    if share is None:
        raise UnknownName("profession with a labour share", profession, ())
    return share


def _amplified(share: float, amplification: float, shift: float = 0.0) -> float:
    """Return the share whose log odds are those of a share, times a factor, plus a shift."""
    return 1 / (1 + math.exp(-amplification * math.log(share / (1 - share)) - shift))


@cache
def read_design() -> dict[str, Any]:
    """Return the content of design.json."""
    design: dict[str, Any] = json.loads(
        Path(__file__).with_name("design.json").read_text(encoding="utf-8")
    )
    return design
