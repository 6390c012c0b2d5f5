"""What a study will take, in sentences."""

from typing import TYPE_CHECKING

from explorer.findings.plans import POINTS, plan, precision_sentence
from explorer.findings.services import cost_sentence
from explorer.footprint.amounts import carbon_text, energy_text, range_text, time_text, total
from explorer.footprint.energy import COUNTED, MEASURED, PUBLISHED, no_energy_sentence
from explorer.footprint.equivalents import equivalents_sentence
from explorer.footprint.estimates import (
    PROFESSION,
    cheapest,
    embodied_share,
    middle,
    size_of,
)
from explorer.footprint.grids import grid_sentence
from explorer.generators.budget import dollars
from explorer.models.backends import Hosted
from explorer.numbers import grouped, percentage
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.footprint.estimates import Cheapest, ModelEstimate
    from explorer.study import Study


def estimate_sentences(study: "Study", found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    """Yield sentences on what the study takes, their basis, and a smaller study that would do."""
    yield from _totals(found)
    yield from _times(found)
    yield from _costs(found)
    yield precision_sentence(plan(POINTS), size_of(study))
    yield _cheapest_sentence(study, found)
    for one in found:
        if one.energy is None:
            yield no_energy_sentence(one.card)
        else:
            name = word("model", one.card.title)
            yield _("{model}: {sentence}").format(model=name, sentence=one.energy.told)
    if any(one.energy for one in found):
        yield grid_sentence(found[0].place.grid)
    yield _("Images that are stored already are not generated again and take nothing.")


def estimate_line(found: "Sequence[ModelEstimate]") -> str:
    """Return the energy and emissions in one short sentence; empty where nothing is known."""
    kwh = total(one.kwh for one in found if one.kwh)
    kg = total(one.kg for one in found if one.kg)
    if kwh is None or kg is None:
        return ""
    bases = {one.energy.basis for one in found if one.energy}
    return _("About {energy} and {carbon} ({basis}).").format(
        energy=energy_text(middle(kwh)),
        carbon=carbon_text(kg if kg.estimate is None else kg.estimate),
        basis=" / ".join(basis_text(basis) for basis in sorted(bases)),
    )


def _totals(found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    known = [one for one in found if one.energy]
    kwh = total(one.kwh for one in known if one.kwh)
    kg = total(one.kg for one in known if one.kg)
    if kwh is None or kg is None:
        images = _images(sum(one.images for one in found))
        yield _("{images}; their energy is not known.").format(images=images)
        return
    yield _("{images} will take {energy} and emit {carbon}, by figures of {devices}.").format(
        images=_images(sum(one.images for one in known)),
        energy=energy_text(kwh),
        carbon=carbon_text(kg),
        devices=_(" and ").join(dict.fromkeys(map(_device_of_figures, known))),
    )
    yield equivalents_sentence(kg)
    made, share = total(one.embodied_kg for one in known if one.embodied_kg), embodied_share(known)
    if made is not None:
        amount = carbon_text(made)
        if share is not None:
            amount = _("{carbon}, a share of {share}").format(
                carbon=amount, share=range_text(share, percentage)
            )
        yield _("Of these emissions, {amount}, are from making the hardware.").format(amount=amount)


def _device_of_figures(one: "ModelEstimate") -> str:
    if one.energy is None or one.energy.basis == MEASURED or one.energy.hardware is None:
        return _("this machine")
    return one.energy.hardware.name


def _times(found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    """Yield the time on one device, and that of services, which does not depend on it."""
    own = [one.seconds for one in found if one.energy and one.seconds is not None]
    if own:
        hardware = found[0].place.hardware
        yield _("On {device} that takes about {time}.").format(
            device=hardware.name if hardware else _("this machine"), time=time_text(sum(own))
        )
    others = [one.seconds for one in found if not one.energy and one.seconds is not None]
    if others:
        yield _("Services take about {time} if they are asked for one image after another.").format(
            time=time_text(sum(others))
        )


def _costs(found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    for one in found:
        if one.price is not None:
            yield cost_sentence(one.card, one.images, one.price)
        elif isinstance(one.card.spec.settings, Hosted):
            yield _(
                "The price of an image by {model} is not known here. Give it with --price."
            ).format(model=one.card.spec.name)


def _cheapest_sentence(study: "Study", found: "Sequence[ModelEstimate]") -> str:
    least, asked = cheapest(study), size_of(study).of_model
    if least.of_model == asked:
        return _("To tell two models 10 points apart, no smaller study would do.")
    amounts = (
        _instead(_images(least.of_model * len(found)), grouped(asked * len(found))),
        ", ".join(_savings(least.of_model, asked, found)),
    )
    return _cheapest_pattern(least, asked).format(
        amounts=": ".join(filter(None, amounts)), images=least.images
    )


def _cheapest_pattern(least: "Cheapest", asked: int) -> str:
    if least.of_model > asked:
        return _(
            "To tell two models 10 points apart, more is needed than asked for ({images} images "
            "per profession, no adjectives): {amounts}."
        )
    if least.level == PROFESSION:
        return _(
            "The cheapest study that tells two models 10 points apart in each profession "
            "({images} images per profession, no adjectives) takes {amounts}."
        )
    return _(
        "The cheapest study that tells two models 10 points apart over all professions together "
        "({images} images per profession, no adjectives) takes {amounts}."
    )


def _savings(least: int, asked: int, found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    """Yield the energy and the money of a number of images of each model instead of another."""
    if energies := [one.energy.kwh for one in found if one.energy]:
        each = sum(map(middle, energies))
        yield _instead(energy_text(each * least), energy_text(each * asked))
    if prices := [one.price.usd for one in found if one.price]:
        yield _instead(dollars(sum(prices) * least), dollars(sum(prices) * asked))


def _instead(fewer: str, more: str) -> str:
    """Return an amount in place of another; a unit of both is said once."""
    unit = fewer.rpartition(" ")[2]
    return _("{fewer} instead of {more}").format(fewer=fewer, more=more.removesuffix(f" {unit}"))


def _images(number: int) -> str:
    return ngettext("{number} image", "{number} images", number).format(number=grouped(number))


def basis_text(basis: str) -> str:
    """Return the origin of figures of energy, in words that end a sentence."""
    return {
        MEASURED: _("measured on this machine"),
        PUBLISHED: _("from published figures"),
        COUNTED: _("counted from operations"),
    }[basis]
