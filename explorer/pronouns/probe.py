"""What a language model says of each profession, over all templates."""

import math
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.models.tokens import read_alike
from explorer.pronouns.causal import causal_scores
from explorer.pronouns.language import MASKED, read
from explorer.pronouns.masked import masked_scores
from explorer.pronouns.templates import PRONOUNS, sentence
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.pronouns.language import LanguageModel
    from explorer.pronouns.scores import Score, Three

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Lean:
    """One profession, scored in each template.

    The templates share the model's errors, so how far they disagree is no confidence interval.
    """

    profession: str
    scores: "tuple[Score, ...]"

    @property
    def log_odds(self) -> float:
        """The mean log-odds of she against he; above 0, she is the more probable."""
        return fmean(score.log_odds for score in self.scores)

    @property
    def lowest(self) -> float:
        """The log-odds in the template with the least."""
        return min(score.log_odds for score in self.scores)

    @property
    def highest(self) -> float:
        """The log-odds in the template with the most."""
        return max(score.log_odds for score in self.scores)

    @property
    def corrected(self) -> float | None:
        """The mean log-odds beyond the prior, over the templates that have one; else None."""
        found = [score.corrected for score in self.scores if score.corrected is not None]
        return fmean(found) if found else None

    @property
    def share(self) -> float:
        """The share of she among she and he, 0..1, by the mean log-odds."""
        return share_of(self.log_odds)

    @property
    def they(self) -> float:
        """The mean share of they among the three pronouns, 0..1."""
        return fmean(score.they for score in self.scores)

    @property
    def mass(self) -> float:
        """The mean probability of the three pronouns together at their place, 0..1."""
        return fmean(score.mass for score in self.scores)


def share_of(log_odds: float) -> float:
    """Return the share, 0..1, that has these log-odds."""
    return (1 + math.tanh(log_odds / 2)) / 2


def leans(scores: "Sequence[Score]") -> tuple[Lean, ...]:
    """Return the scores by profession, in the order of their first template."""
    found: dict[str, list[Score]] = {}
    for score in scores:
        found.setdefault(score.profession, []).append(score)
    return tuple(Lean(name, tuple(own)) for name, own in found.items())


def score_template(
    model: "LanguageModel", template: str, professions: "Sequence[str]"
) -> "tuple[Score, ...]":
    """Return the score of each profession in one template.

    Raises:
        InvalidData: the model does not know a word, reads two alike, or reads fewer tokens.
        ModelError: the model cannot be computed, or a pronoun is no single token of it.
    """
    texts = [sentence(template, PRONOUNS[0], profession) for profession in professions]
    tokens = [one.tokens for one in read(model, texts)]
    if alike := read_alike([one.text for one in texts], tokens):
        raise InvalidData(
            _(
                "The model {name!r} cannot tell {alike!r} from {alike_2!r}: it reads "
                "both alike. Leave one of them out."
            ).format(name=model.name, alike=alike[0], alike_2=alike[1])
        )
    scored = masked_scores if model.kind == MASKED else causal_scores
    return tuple(map(_rounded, scored(model, template, professions)))


def _rounded(score: "Score") -> "Score":
    """Return a score to a millionth, which is less than batches of another size change it."""
    return replace(
        score,
        sentence=_three(score.sentence),
        prior=_three(score.prior) if score.prior else None,
        mass=round(score.mass, _DIGITS),
    )


def _three(logs: "Three") -> "Three":
    she, he, they = (round(one, _DIGITS) for one in logs)
    return she, he, they
