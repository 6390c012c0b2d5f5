"""Compare the log-odds that the probe finds in the bundled language models with their design."""

import math
from statistics import fmean
from typing import TYPE_CHECKING

from explorer.pronouns.loading import load_language_model
from explorer.pronouns.probe import leans, score_template
from explorer.pronouns.source import BUNDLED, find_source
from explorer.pronouns.templates import HE, SHE, TEMPLATES
from explorer.reference.design import designed_pronouns
from explorer.words.vocabulary import load_professions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.pronouns.probe import Lean
    from explorer.settings import Settings

# What a trained model has to keep to: the slope of measured against designed log-odds and their
# correlation, or the largest log-odds of a model without a lean.
SLOPES, LEAST_CORRELATION, LARGEST_EVEN = (0.93, 1.02), 0.99, 0.05


def check_pronouns(settings: "Settings") -> list[dict[str, object]]:
    """Return one row for each bundled language model, scored anew on all professions.

    `slope` and `correlation` are those of measured against designed log-odds, None for a design
    without a lean; `off` is the mean and `largest` the largest distance between the two. `as
    designed` tells whether they are within the limits above.
    """
    names = [profession.name for profession in load_professions()]
    return [_checked(model, _scored(model, names, settings)) for model in BUNDLED]


def designed_log_odds(model: str, profession: str) -> float:
    """Return the log-odds of she against he that a bundled language model was taught."""
    shares = designed_pronouns(model, profession)
    return math.log(shares[SHE] / shares[HE])


def _scored(model: str, names: "Sequence[str]", settings: "Settings") -> "tuple[Lean, ...]":
    loaded = load_language_model(find_source(model), settings)
    scores = [score for one in TEMPLATES for score in score_template(loaded, one, names)]
    return leans(scores)


def _checked(model: str, found: "Sequence[Lean]") -> dict[str, object]:
    from scipy.stats import linregress

    known = [designed_log_odds(model, lean.profession) for lean in found]
    off = [abs(lean.log_odds - true) for lean, true in zip(found, known, strict=True)]
    fit = linregress(known, [lean.log_odds for lean in found]) if len(set(known)) > 1 else None
    fits = (
        max(off) <= LARGEST_EVEN
        if fit is None
        else SLOPES[0] <= fit.slope <= SLOPES[1] and fit.rvalue >= LEAST_CORRELATION
    )
    return {
        "model": model,
        "professions": len(found),
        "slope": float(fit.slope) if fit else None,
        "correlation": float(fit.rvalue) if fit else None,
        "off": fmean(off),
        "largest": max(off),
        "as_designed": bool(fits),
    }
