"""Encode a costume and a mix of women, neutral persons and tones as a text vector.

The first numbers of a text vector are these features, and all others are zero. The vectors of
tokens before the end of the caption are zero as well. So the denoiser can be trained on any mix,
not only on those that captions request, and the text encoders can be trained separately.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import torch

from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.images import ALL_COSTUMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.reference.design import Mix

LENGTH = 24
WIDTH = 96
COSTUME_SCALE = 2.0
ODDS_SCALE = 0.6
# The features are differences from an even mix with this share of neutral persons.
USUAL_NEUTRAL = 0.06
LARGEST_ODDS = 6.0
WOMEN = len(ALL_COSTUMES)
NEUTRAL = WOMEN + 1
FIRST_TONE = NEUTRAL + 1
FEATURES = FIRST_TONE + len(TONES)
EMPTY = len(ALL_COSTUMES)
# The positions of the end token in the shortest and the longest prompts.
SHORTEST, LONGEST = 2, 20


@dataclass(frozen=True, slots=True)
class Mixes:
    """A batch of mixes as log odds.

    `costume` (N,) holds indices into ALL_COSTUMES, or EMPTY for an empty caption, which allows any
    image. `women` and `neutral` (N,) are log odds, `tones` (N, 5) logs of shares that sum to 1.
    """

    costume: torch.Tensor
    women: torch.Tensor
    neutral: torch.Tensor
    tones: torch.Tensor

    def __getitem__(self, chosen: torch.Tensor) -> "Mixes":
        return Mixes(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def log_genders(self) -> torch.Tensor:
        """Return the log shares of woman, man and person, (N, 3)."""
        log = torch.nn.functional.logsigmoid
        gendered = log(-self.neutral)
        women, men = gendered + log(self.women), gendered + log(-self.women)
        return torch.stack([women, men, log(self.neutral)], 1)

    def features(self) -> torch.Tensor:
        """Return the features, (N, FEATURES); those of an empty caption are zero."""
        costume = torch.nn.functional.one_hot(self.costume, len(ALL_COSTUMES) + 1)[:, :-1]
        usual = torch.logit(torch.tensor(USUAL_NEUTRAL))
        odds = torch.cat(
            [
                self.women[:, None],
                (self.neutral - usual)[:, None],
                self.tones - self.tones.mean(1, keepdim=True),
            ],
            1,
        )
        known = (self.costume != EMPTY)[:, None]
        limited = odds.clamp(-LARGEST_ODDS, LARGEST_ODDS)
        return torch.cat([COSTUME_SCALE * costume, ODDS_SCALE * limited * known], 1)


def mixes_of(designed: "Sequence[Mix | None]") -> Mixes:
    """Return designed mixes as a batch; None is an empty caption."""
    shown = [mix for mix in designed if mix is not None]
    known = torch.tensor([mix is not None for mix in designed])
    costume = torch.full((len(designed),), EMPTY)
    women, neutral = torch.zeros(len(designed)), torch.full((len(designed),), 1 / len(GENDERS))
    neutral = torch.logit(neutral)
    tones = torch.full((len(designed), len(TONES)), 1 / len(TONES)).log()
    costume[known] = torch.tensor([ALL_COSTUMES.index(mix.costume) for mix in shown], dtype=int)
    women[known] = torch.logit(torch.tensor([mix.women for mix in shown]))
    neutral[known] = torch.logit(torch.tensor([mix.neutral for mix in shown]))
    tones[known] = torch.tensor([mix.tones for mix in shown]).view(-1, len(TONES)).log()
    return Mixes(costume, women, neutral, tones)


def random_mixes(size: int, empty_share: float = 0.0) -> Mixes:
    """Return random mixes that cover all that captions may request, evenly over the costumes."""
    costume = torch.randint(len(ALL_COSTUMES), (size,))
    costume = torch.where(torch.rand(size) < empty_share, EMPTY, costume)
    women = (2.2 * torch.randn(size)).clamp(-LARGEST_ODDS, LARGEST_ODDS)
    usual = torch.logit(torch.tensor(USUAL_NEUTRAL))
    wide = torch.empty(size).uniform_(-LARGEST_ODDS, 0)
    neutral = torch.where(torch.rand(size) < 0.6, usual + 0.5 * torch.randn(size), wide)
    steps = torch.arange(len(TONES)) - (len(TONES) - 1) / 2
    tilt = 0.5 * torch.randn(size, 1) * steps
    tones = tilt + 0.4 * torch.randn(size, len(TONES))
    certain = 5.5 * torch.nn.functional.one_hot(torch.randint(len(TONES), (size,)), len(TONES))
    tones = torch.where(torch.rand(size, 1) < 0.12, certain, tones).log_softmax(1)
    empty = costume == EMPTY
    even = torch.full((len(TONES),), 1 / len(TONES)).log()
    women = torch.where(empty, 0.0, women)
    neutral = torch.where(empty, torch.logit(torch.tensor(1 / len(GENDERS))), neutral)
    return Mixes(costume, women, neutral, torch.where(empty[:, None], even, tones))


def text_states(features: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
    """Return the output of a perfect text encoder, (N, LENGTH, WIDTH).

    Args:
        features: features as `Mixes.features` returns them, (N, FEATURES).
        ends: position of the end token in each caption, int (N,).
    """
    whole = torch.arange(LENGTH) >= ends[:, None]
    padded = torch.nn.functional.pad(features, (0, WIDTH - features.shape[1]))
    return whole[..., None] * padded[:, None]
