"""What services did to the prompts of a study: rewritten, refused; and what its images cost."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.generators.budget import dollars
from explorer.models.backends import Hosted
from explorer.models.prices import price_of
from explorer.models.requests import FAILURES
from explorer.study import lacking
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.people import ETHNICITY, GENDER, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.generators.budget import Spent
    from explorer.models.catalog import ModelCard
    from explorer.models.prices import Price
    from explorer.settings import Settings
    from explorer.store.index import Store
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class Rewriting:
    """The numbers of a model's images, of those with a rewritten prompt, and of what these name.

    `gender` and `ethnicity` count the images whose rewritten prompt names one that the prompt of
    the study does not name.
    """

    images: int
    rewritten: int
    gender: int
    ethnicity: int


def rewriting(study: "Study", store: "Store", model: "ModelCard") -> Rewriting:
    """Return the counts of a model's prompts that a service rewrote."""
    asked = study.asked(model)
    prompts = {prompt.text: prompt for prompt in study.prompts}
    found: Counter[str] = Counter()
    for text, revised, number in store.revised(asked):
        found["rewritten"] += number
        for kind in named(revised, prompts[text]):
            found[kind] += number
    shown = sum(number for _text, filtered, number in store.image_counts(asked) if not filtered)
    return Rewriting(shown, found["rewritten"], found[GENDER], found[ETHNICITY])


def refusals(study: "Study", store: "Store", model: "ModelCard") -> Counter[str]:
    """Return the number of images that a service refused, by its reason."""
    found: Counter[str] = Counter()
    for _text, reason, number in store.image_counts(study.asked(model)):
        if reason is not None and reason not in FAILURES:
            found[reason] += number
    return found


def service_sentences(study: "Study", store: "Store") -> "Iterator[str]":
    """Yield sentences on the prompts that services rewrote and those that they refused."""
    for card in study.models:
        if not isinstance(card.spec.settings, Hosted):
            continue
        one = rewriting(study, store, card)
        if one.rewritten:
            yield ngettext(
                "The service rewrote the prompt of {number} of {images} image by {model}, which "
                "therefore shows what the service asked for, not what you asked for. {gender} of "
                "the rewritten prompts name a gender and {ethnicity} an ethnicity that yours do "
                "not.",
                "The service rewrote the prompts of {number} of {images} images by {model}, which "
                "therefore show what the service asked for, not what you asked for. {gender} of "
                "the rewritten prompts name a gender and {ethnicity} an ethnicity that yours do "
                "not.",
                one.images,
            ).format(
                number=one.rewritten,
                images=one.images,
                model=card.spec.name,
                gender=one.gender,
                ethnicity=one.ethnicity,
            )
        if found := refusals(study, store, card):
            yield ngettext(
                "The service refused {number} image of {model}: {reasons}.",
                "The service refused {number} images of {model}: {reasons}.",
                found.total(),
            ).format(
                number=found.total(),
                model=card.spec.name,
                reasons="; ".join(
                    f"{number} {reason.removeprefix('refused').lstrip(': ')}"
                    for reason, number in found.most_common()
                ),
            )


def cost_sentences(study: "Study", store: "Store", settings: "Settings") -> "Iterator[str]":
    """Yield a sentence on the cost of a service's images that are missing, for each model."""
    for card in study.models:
        price = price_of(card.spec, settings.price_usd)
        missing = 0 if price is None else lacking(study, store, card)
        if price is None or not missing:
            continue
        yield cost_sentence(card, missing, price)
        if settings.max_cost_usd is not None and missing * price.usd > settings.max_cost_usd:
            yield _("The limit of {limit} is reached after {images} of them.").format(
                limit=dollars(settings.max_cost_usd),
                images=int(settings.max_cost_usd / price.usd + 1e-9),
            )


def cost_sentence(card: "ModelCard", images: int, price: "Price") -> str:
    """Return the cost of some images of a service, with the price and its source."""
    basis = ", ".join(filter(None, (price.basis, price.source, price.date)))
    return ngettext(
        "{number} image by {model} costs about {cost} ({price} each: {basis}).",
        "{number} images by {model} cost about {cost} ({price} each: {basis}).",
        images,
    ).format(
        number=images,
        model=card.spec.name,
        cost=dollars(round(images * price.usd, 2) or images * price.usd),
        price=dollars(price.usd),
        basis=basis,
    )


def spent_sentence(spent: "Spent") -> str | None:
    """Return a sentence on what was spent, None if nothing was."""
    if not spent.usd:
        return None
    return ngettext(
        "About {spent} spent on {number} image of services.",
        "About {spent} spent on {number} images of services.",
        spent.images,
    ).format(spent=dollars(spent.usd), number=spent.images)
