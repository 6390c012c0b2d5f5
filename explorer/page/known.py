"""The shares that bundled generators are known to generate, to compare with those perceived."""

from typing import TYPE_CHECKING

from explorer.reference.design import BUNDLED
from explorer.reference.truth import find_truth, truth_path
from explorer.words.prompts import TEMPLATE
from explorer.words.vocabulary import known_adjective

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from explorer.models.catalog import ModelCard
    from explorer.reference.design import Mix
    from explorer.study import Study


def known_shares(card: "ModelCard", study: "Study") -> "Mapping[str, tuple[float, ...]]":
    """Return the shares actually generated, by axis name and in label order.

    They are averaged over the study's prompts with equal weights, as in the pooled tally. They are
    empty for other models, settings and prompts, and for professions outside the sample.
    """
    if study.template != TEMPLATE or card.spec.name not in BUNDLED:
        return {}
    if not truth_path(card.spec.name).is_file():
        return {}
    (profession,) = study.professions
    found = [find_truth(card.spec.name, profession, _kind(word)) for word in study.adjectives]
    mixes = [truth.generated for truth in found if truth is not None]
    return _mean(mixes) if mixes and len(mixes) == len(found) else {}


def _kind(adjective: str | None) -> str:
    # The bundled generators ignore adjectives that people add.
    known = known_adjective(adjective) if adjective else None
    return (known.coding if known else None) or "none"


def _mean(mixes: "list[Mix]") -> "dict[str, tuple[float, ...]]":
    women = _average(mix.women for mix in mixes)
    tones = tuple(map(_average, zip(*(mix.tones for mix in mixes), strict=True)))
    return {"gender": (women, 1 - women), "tone": tones}


def _average(values: "Iterable[float]") -> float:
    numbers = tuple(values)
    return sum(numbers) / len(numbers)
