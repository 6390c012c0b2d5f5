"""How probable a language model finds a sentence with she, he and they."""

import math
from dataclasses import dataclass

from explorer.pronouns.templates import HE, SHE, THEY

# One log-probability for each of the PRONOUNS.
Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Score:
    """One profession in one template.

    `sentence` holds log-probabilities: of the whole sentence with each pronoun (causal models), or
    of each pronoun in its gap (masked models). `prior` holds those of the pronouns before the
    profession is known, None where the profession comes first. `mass` is the probability, 0..1, of
    the three pronouns together at their place: where it is small, the model expects other words,
    and their ratio says little.
    """

    template: str
    profession: str
    sentence: Three
    prior: Three | None
    mass: float

    @property
    def log_odds(self) -> float:
        """The log-odds of she against he; above 0, she is the more probable."""
        return self.sentence[SHE] - self.sentence[HE]

    @property
    def corrected(self) -> float | None:
        """The log-odds beyond those that the model gives the pronouns for any profession."""
        if self.prior is None:
            return None
        return self.log_odds - (self.prior[SHE] - self.prior[HE])

    @property
    def they(self) -> float:
        """The share of they among the three pronouns, 0..1."""
        return 1 / sum(math.exp(one - self.sentence[THEY]) for one in self.sentence)
