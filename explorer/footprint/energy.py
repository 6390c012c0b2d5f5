"""The energy of one image: measured here, published elsewhere, or counted from its operations."""

from dataclasses import dataclass, replace
from functools import cache
from statistics import median_high
from typing import TYPE_CHECKING

from explorer.errors import UnknownName
from explorer.footprint.amounts import Range, energy_text, rough
from explorer.footprint.hardware import Hardware, find_hardware
from explorer.footprint.tables import number, read_table, whole
from explorer.models.backends import Diffusers, Imported
from explorer.models.speed import guessed_rate_of, operations, operations_of
from explorer.numbers import figures, grouped
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.footprint.measured import Measured
    from explorer.models.catalog import ModelCard

MEASURED, PUBLISHED, COUNTED = "measured", "published", "counted"
# The share of the peak that diffusion models reach; published times of SDXL on an A100 give 0.4 in
# half precision and 0.07 in float32.
_OF_PEAK = 0.3
# Published figures of one model at equal steps differ by 19 times, about 4 either way.
_SPREAD = 4
# A device of each kind, for whoever does not name one.
_USUAL = {"cpu": "AMD EPYC 7763", "cuda": "NVIDIA A100 SXM4 80GB", "mps": "Apple M2 Pro"}
_JOULES = 3.6e6
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Published:
    """The published energy of one image or request.

    `gpu_kwh` is the part of the accelerators. It, `size_px` and `steps` are None where the source
    does not state them.
    """

    models: tuple[str, ...]
    unit: str
    kwh: float
    gpu_kwh: float | None
    hardware: Hardware
    size_px: int | None
    steps: int | None
    scope: str
    source: str
    year: int
    licence: str
    note: str


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy of one image of a model.

    `basis` is MEASURED, PUBLISHED or COUNTED, and `told` says more. `seconds` is the time of one
    image on the device that was named, else on this machine. `hardware` is the device whose energy
    it is, None where its name is unknown here; `device_hours` are its hours. `used` is the
    published figure that was taken.
    """

    kwh: Range
    seconds: float
    basis: str
    told: str
    hardware: Hardware | None
    device_hours: float
    used: Published | None = None


def energy_of(
    card: "ModelCard",
    measured: "Sequence[Measured]" = (),
    hardware: Hardware | None = None,
    device: str = "cpu",
) -> Energy | None:
    """Return the energy of one image: measured, else published, else counted.

    None where another machine generates, and nobody here knows its energy.

    Args:
        card: the model with its settings.
        measured: earlier runs on this machine, of any models.
        hardware: a device that somebody named; only runs on it count then.
        device: the kind of device of this machine, for whoever named none.
    """
    if operations_of(card) is None:
        return None
    runs = [
        run
        for run in measured
        if run.kwh
        and run.model.identity == card.spec.identity
        and (hardware is None or _known(run.hardware) == hardware)
    ]
    if runs:
        return _measured(runs)
    known = published(card.spec.repo)
    if known:
        return _published(card, _on(known, hardware), hardware, device)
    return _counted(card, hardware, device)


def no_energy_sentence(card: "ModelCard") -> str:
    """Return the reason why the energy of a model's images is unknown."""
    if isinstance(card.spec.settings, Imported):
        return _(
            "{model}: imported images have no energy here; nobody knows what they took."
        ).format(model=word("model", card.title))
    return _("{model}: a service generates the images and does not tell its energy.").format(
        model=word("model", card.title)
    )


@cache
def load_published() -> tuple[Published, ...]:
    """Return every published energy of the table."""
    return tuple(
        Published(
            models=tuple(row["models"].split()),
            unit=row["unit"],
            kwh=float(row["kwh_per_1000"]) / 1000,
            gpu_kwh=_thousandth(number(row["gpu_kwh_per_1000"])),
            hardware=find_hardware(row["hardware"]),
            size_px=whole(row["size_px"]),
            steps=whole(row["steps"]),
            scope=row["scope"],
            source=row["source"],
            year=int(row["year"]),
            licence=row["licence"],
            note=row["note"],
        )
        for row in read_table("energy")
    )


def published(repo: str) -> tuple[Published, ...]:
    """Return the published energies of a model, by its id on the Hub."""
    return tuple(one for one in load_published() if repo in one.models)


def published_range(
    known: "Sequence[Published]", kwh: "Sequence[float]"
) -> tuple[Range, Published]:
    """Return the range of published energies and the one in its middle.

    Args:
        known: published energies of one model.
        kwh: the energy that each gives, scaled or not.
    """
    middle = median_high(kwh)
    return Range(min(kwh), max(kwh), middle), known[list(kwh).index(middle)]


def published_sentence(known: "Sequence[Published]", one: Published) -> str:
    """Return the published energies of a model as they are printed, and the one that is used."""
    facts = (word("note", one.scope), f"{one.source}, {one.year}", word("note", one.note))
    used = _("{energy} per 1,000 on {hardware} ({facts})").format(
        energy=energy_text(one.kwh * 1000),
        hardware=one.hardware.name,
        facts="; ".join(filter(None, facts)),
    )
    if len(known) == 1:
        return _("One published figure is known: {used}.").format(used=used)
    return _(
        "{count} published figures are known, from {low} to {high} per 1,000. Used here: {used}."
    ).format(
        count=len(known),
        low=energy_text(min(each.kwh for each in known) * 1000),
        high=energy_text(max(each.kwh for each in known) * 1000),
        used=used,
    )


def _thousandth(amount: float | None) -> float | None:
    return None if amount is None else amount / 1000


def _measured(runs: "Sequence[Measured]") -> Energy:
    images = sum(run.images for run in runs)
    each = [run.kwh / run.images for run in runs]
    kwh = Range(min(each), max(each), sum(run.kwh for run in runs) / images)
    told = ngettext(
        "Measured on this machine, in {number} earlier run of {images} images.",
        "Measured on this machine, in {number} earlier runs of {images} images.",
        len(runs),
    ).format(number=len(runs), images=grouped(images))
    seconds = sum(run.seconds for run in runs) / images
    return Energy(kwh, seconds, MEASURED, told, _known(runs[-1].hardware), seconds / _HOUR)


def _known(name: str | None) -> Hardware | None:
    try:
        return find_hardware(name) if name else None
    except UnknownName:
        return None


def _on(known: "Sequence[Published]", hardware: Hardware | None) -> "Sequence[Published]":
    """Return those on a named device, or all of them where there are none."""
    return [one for one in known if one.hardware == hardware] or known


def _published(
    card: "ModelCard", known: "Sequence[Published]", hardware: Hardware | None, device: str
) -> Energy:
    ratios = {one: _ratio(card.spec.diffusion, one) for one in known}
    kwh, one = published_range(known, [one.kwh * ratio for one, ratio in ratios.items()])
    told = [published_sentence(known, one)]
    if any(ratio != 1 for ratio in ratios.values()):
        told.append(
            _("Scaled to the steps and the size asked for, that is {energy}.").format(
                energy=energy_text(kwh.times(1000))
            )
        )
    if hardware is not None and hardware != one.hardware:
        told.append(_("None is of {hardware}.").format(hardware=hardware.name))
    seconds = _seconds(card, hardware, hardware.device if hardware else device)
    drawn = ratios[one] * (one.kwh if one.gpu_kwh is None else one.gpu_kwh)
    hours = drawn * 1000 / one.hardware.watts
    return Energy(kwh, seconds, PUBLISHED, " ".join(told), one.hardware, hours, one)


def _ratio(settings: Diffusers, one: Published) -> float:
    """Return the ratio of the work of the settings to that of a published figure."""
    size = one.size_px
    theirs = replace(
        settings,
        steps=one.steps or settings.steps,
        width_px=size or settings.width_px,
        height_px=size or settings.height_px,
    )
    return operations(settings) / operations(theirs)


def _counted(card: "ModelCard", hardware: Hardware | None, device: str) -> Energy:
    used = hardware or find_hardware(_USUAL[device])
    seconds = _seconds(card, hardware, used.device)
    kwh = seconds * used.watts / _JOULES
    told = _(
        "No figure is published for this model. Counted instead: {work} billion operations an "
        "image, at {speed} billion a second on {hardware}, which draws {watts} W. The true "
        "figure may be {spread} times smaller or larger."
    ).format(
        work=rough((operations_of(card) or 0) / 1e9),
        speed=rough((operations_of(card) or 0) / seconds / 1e9),
        hardware=used.name,
        watts=figures(used.watts),
        spread=_SPREAD,
    )
    if hardware is None:
        told += " " + _("This device is assumed: name yours with --hardware.")
    spread = Range(kwh / _SPREAD, kwh * _SPREAD, kwh)
    return Energy(spread, seconds, COUNTED, told, used, seconds / _HOUR)


def _seconds(card: "ModelCard", hardware: Hardware | None, device: str) -> float:
    """Return the seconds of one image, from the peak of a named device where that is known."""
    work = operations_of(card)
    if hardware and hardware.peak_tflops and work and not card.bundled:
        return work / (hardware.peak_tflops * 1e12 * _OF_PEAK)
    return 1 / guessed_rate_of(card, device)
