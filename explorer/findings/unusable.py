"""Images that came to nothing, in words: how many, why, and what helps."""

from collections import Counter
from typing import TYPE_CHECKING

from explorer.models.backends import Diffusers, Hosted
from explorer.models.requests import BLACK_IMAGE, BLANK_IMAGE, DECODE_FAILURE, FAILURES
from explorer.models.variants import in_precision
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ModelSpec
    from explorer.store.index import Store
    from explorer.study import Study

_WHOLE = "float32"


def unusable(study: "Study", store: "Store", model: "ModelCard") -> Counter[str]:
    """Return the number of one model's images that came to nothing, by the reason."""
    found: Counter[str] = Counter()
    for _text, reason, number in store.image_counts(study.asked(model)):
        if reason in FAILURES:
            found[reason] += number
    return found


def unusable_sentences(model: "ModelCard", found: Counter[str]) -> "Iterator[str]":
    """Yield two sentences on a model's images that came to nothing, if any: number and remedy."""
    if not found:
        return
    yield ngettext(
        "{number} image of {model!r} is unusable: {reasons}.",
        "{number} images of {model!r} are unusable: {reasons}.",
        found.total(),
    ).format(
        number=found.total(),
        model=model.spec.name,
        reasons=", ".join(_reason(*one) for one in found.most_common()),
    )
    yield _remedy(model.spec)


def _reason(reason: str, number: int) -> str:
    patterns = {
        DECODE_FAILURE: ngettext(
            "{number} has values that are no numbers",
            "{number} have values that are no numbers",
            number,
        ),
        BLACK_IMAGE: ngettext("{number} is black", "{number} are black", number),
        BLANK_IMAGE: ngettext("{number} is of one colour", "{number} are of one colour", number),
    }
    return patterns[reason].format(number=number)


def _remedy(spec: "ModelSpec") -> str:
    if isinstance(spec.settings, Diffusers) and spec.settings.dtype != _WHOLE:
        return _(
            "Half precision is the usual cause: choose the model {name!r}, which needs twice the "
            "memory."
        ).format(name=in_precision(spec.name, _WHOLE))
    if isinstance(spec.settings, Hosted):
        return _("A service may show such an image where its filter has removed another.")
    return _("Choose another scheduler or more steps, or a copy of the model with another VAE.")
