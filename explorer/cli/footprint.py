"""The commands for energy and emissions: before a study, of some hours, and over a lifecycle."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app, footprint_commands
from explorer.cli.options import (
    Asked,
    CacheFolder,
    Changed,
    Country,
    Models,
    Price,
    Region,
    Spending,
    Whole,
)
from explorer.cli.output import Output, print_sentences
from explorer.cli.store import opened
from explorer.footprint.calculator import Usage, formulas, headline, usage_row, usage_sources
from explorer.footprint.embodied import BLOOM, Embodied
from explorer.footprint.equivalents import equivalents_sentence
from explorer.footprint.estimate_report import estimate_sentences
from explorer.footprint.estimates import Place, estimate_rows, of_study
from explorer.footprint.grids import find_grid, load_grids
from explorer.footprint.hardware import find_hardware, load_hardware
from explorer.footprint.lifecycle import DAYS, USES_A_DAY, Lifecycle, Use
from explorer.footprint.lifecycle_report import (
    lifecycle_headline,
    lifecycle_rows,
    lifecycle_sentences,
    lifecycle_sources,
)
from explorer.footprint.measured import MEASURED_COLUMNS, earlier_runs, measured_rows
from explorer.footprint.measured_report import measured_sentences
from explorer.footprint.naming import find_model_training
from explorer.footprint.training import entered
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.footprint.grids import Grid
    from explorer.footprint.measured import Measured
    from explorer.footprint.training import Training
    from explorer.settings import Settings
    from explorer.study import Study

_ESTIMATE_COLUMNS = (
    *("model", "images", "seconds", "basis", "kwh", "kwh_least", "kwh_most"),
    *("kg", "kg_least", "kg_most", "embodied_share", "usd"),
    *("half_width_profession", "half_width_model"),
)
_MEASURED_COLUMNS = (
    *("level", "started", "model", "done", "images", "seconds", "kwh", "cpu_kwh", "gpu_kwh"),
    *("ram_kwh", "kwh_per_1000", "g_per_1000_least", "g_per_1000", "g_per_1000_most"),
    *("cpu_method", "gpu_method", "ram_method", "unmeasured"),
)
_USAGE_COLUMNS = ("hardware", "devices", "hours", "watts", "kwh", "kg_least", "kg", "kg_most")
_LIFECYCLE_COLUMNS = ("part", "known", "kwh", "kwh_least", "kwh_most", "kg", "kg_least", "kg_most")
_HARDWARE_COLUMNS = ("name", "kind", "watts", "peak_tflops", "source", "year", "licence")
_PLACE_COLUMNS = ("key", "name", "g_per_kwh", "pue", "source", "year", "licence")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The grid that the electricity comes from."""

    country: Country = None
    region: Region = None
    intensity: Annotated[
        float | None,
        Parameter(metavar="G", help=_("Grams of CO2e per kWh, in place of a country's.")),
    ] = None

    def grid(self, settings: "Settings") -> "Grid | None":
        """Return the grid of the options, else that of the environment, else None."""
        if self.country or self.region or self.intensity is not None:
            return find_grid(self.country, self.region, self.intensity)
        return find_grid(settings.country, settings.region)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The constants by which the making of hardware is shared out over its hours of use."""

    server_kg: Annotated[
        float, Parameter(metavar="KG", help=_("Making a server without accelerators, kg CO2e."))
    ] = BLOOM.server_kg
    device_kg: Annotated[
        float, Parameter(metavar="KG", help=_("Making an accelerator, kg CO2e."))
    ] = BLOOM.device_kg
    devices_per_server: Annotated[
        Whole, Parameter(metavar="N", help=_("Accelerators in a server."))
    ] = BLOOM.devices_per_server
    lifetime_years: Annotated[
        float, Parameter(metavar="N", help=_("Years until a server is replaced."))
    ] = BLOOM.lifetime_years
    in_use: Annotated[
        float, Parameter(metavar="X", help=_("The share of its life that a server is in use."))
    ] = BLOOM.in_use

    def constants(self) -> Embodied:
        """Return the constants, checked."""
        return Embodied(**asdict(self))


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Figures of a training that replace disclosed ones."""

    training_hours: Annotated[
        float | None,
        Parameter(metavar="N", help=_("Hours of training, of all accelerators together.")),
    ] = None
    training_hardware: Annotated[
        str | None, Parameter(metavar="NAME", help=_("The accelerator of the training."))
    ] = None
    training_kwh: Annotated[
        float | None, Parameter(metavar="X", help=_("The energy of the training."))
    ] = None
    training_kg: Annotated[
        float | None, Parameter(metavar="X", help=_("The emissions of the training, kg CO2e."))
    ] = None
    idle_share: Annotated[
        float | None,
        Parameter(
            metavar="X",
            help=_("Energy of idle machines as a share of that of training (BLOOM: 0.59)."),
        ),
    ] = None

    def training(self, title: str) -> "Training | None":
        """Return the training as it was entered, None where it was not."""
        hardware = find_hardware(self.training_hardware) if self.training_hardware else None
        return entered(
            title,
            hours=self.training_hours,
            hardware=hardware,
            kwh=self.training_kwh,
            kg=self.training_kg,
        )


Hardware = Annotated[
    str | None,
    Parameter(
        metavar="NAME", help=_("An accelerator or processor that `footprint hardware` lists.")
    ),
]
Without = Annotated[
    bool, Parameter(name="--no-embodied", help=_("Leave out the making of the hardware."))
]


@app.command(
    name="estimate",
    help=_(
        "Estimate what a study will take before it starts.\n\n"
        "Images, time, energy, emissions, the money that services ask, and the precision that the "
        "study will have; and the smallest study that still tells two models 10 points apart. The "
        "energy of an image is measured on this machine, else published for the model, else "
        "counted from its operations: the output says which. Nothing is generated or downloaded."
    ),
)
def estimate_study(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    where: Where = Where(),
    hardware: Hardware = None,
    no_embodied: Without = False,
    making: Making = Making(),
    price: Price = None,
    output: Output = Output(),
    cache: CacheFolder = None,
) -> None:
    """Print what a study will take."""
    settings = Spending(price=price).applied(machine.load(cache))
    study = asked.study(changed.cards(model, settings))
    place = Place(
        settings.device,
        where.grid(settings),
        find_hardware(hardware) if hardware else None,
        None if no_embodied else making.constants(),
        _earlier_runs(study, settings),
        price_usd=settings.price_usd,
    )
    found = of_study(study, place)
    if output.write(estimate_rows(study, found), _ESTIMATE_COLUMNS):
        print_sentences(estimate_sentences(study, found))


def _earlier_runs(study: "Study", settings: "Settings") -> "tuple[Measured, ...]":
    """Return the runs of a study's models on this machine; a cache that is not there has none."""
    if not settings.cache.is_dir():
        return ()
    with opened(settings) as store:
        return earlier_runs(store, [card.spec for card in study.models], settings.device)


@footprint_commands.command(
    help=_(
        "Calculate the energy and the emissions of some hours of some hardware.\n\n"
        "The formula stands below the result, in words and in numbers. Without a country the "
        "emissions are a range over grids."
    )
)
def calculate(
    hardware: Annotated[
        str,
        Parameter(help=_("An accelerator or processor that `footprint hardware` lists.")),
    ],
    /,
    *,
    hours: Annotated[float, Parameter(metavar="N", help=_("Hours of use."))],
    devices: Annotated[Whole, Parameter(metavar="N", help=_("The number of devices."))] = 1,
    utilisation: Annotated[
        float, Parameter(metavar="X", help=_("The share of the rated power that is drawn, 0 to 1."))
    ] = 1.0,
    pue: Annotated[
        float | None,
        Parameter(
            metavar="X",
            help=_("The overhead of the data centre (PUE), from 1."),
            show_default=_("that of the cloud region, or 1"),
        ),
    ] = None,
    where: Where = Where(),
    no_embodied: Without = False,
    making: Making = Making(),
    output: Output = Output(),
) -> None:
    """Print the energy and the emissions of some hours of some hardware."""
    embodied = None if no_embodied else making.constants()
    grid = where.grid(machine.load())
    found = Usage(find_hardware(hardware), hours, devices, utilisation, pue, grid, embodied)
    if output.write([usage_row(found)], _USAGE_COLUMNS):
        equal = equivalents_sentence(found.kg)
        print_sentences([headline(found), equal, *formulas(found), *usage_sources(found)])


@footprint_commands.command(
    help=_(
        "Tell the lifecycle of a model: training, idle machines, making of hardware, use.\n\n"
        "Disclosed figures are used where there are any; you can enter others. It also tells after "
        "how many images using the model has taken more energy than training it."
    )
)
def lifecycle(
    model: Annotated[str, Parameter(help=_("A listed model, or any model's id on the Hub."))],
    /,
    *,
    per_day: Annotated[float, Parameter(metavar="N", help=_("Images a day."))] = USES_A_DAY,
    days: Annotated[float, Parameter(metavar="N", help=_("Days of use."))] = DAYS,
    kwh_per_1000: Annotated[
        float | None,
        Parameter(
            metavar="X",
            help=_("Energy per 1,000 images, kWh."),
            show_default=_("the published figure"),
        ),
    ] = None,
    trained: Trained = Trained(),
    where: Where = Where(),
    making: Making = Making(),
    output: Output = Output(),
) -> None:
    """Print the lifecycle of a model."""
    settings = machine.load()
    named = find_model_training(model, settings.device)
    life = Lifecycle(
        named.title,
        named.ids,
        trained.training(named.title) or named.training,
        Use(per_day, days, kwh_per_1000),
        where.grid(settings),
        making.constants(),
        trained.idle_share,
    )
    if output.write(lifecycle_rows(life), _LIFECYCLE_COLUMNS):
        print_sentences(
            [lifecycle_headline(life), *lifecycle_sentences(life), *lifecycle_sources(life)]
        )


@footprint_commands.command(
    name="measured",
    help=_(
        "List the energy that was measured on this machine, by run and by model.\n\n"
        "Every run that generates or classifies images is metered. Each part says how it was "
        "obtained: memory, for instance, is a constant. Runs without a country have the one that "
        "is named here, else their emissions are a range over grids."
    ),
)
def list_measured(
    *,
    where: Where = Where(),
    output: Output = Output(),
    cache: CacheFolder = None,
) -> None:
    """Print the energy of each run and of each model."""
    settings = machine.load(cache)
    grid = where.grid(settings)
    with opened(settings) as store:
        if output.write(measured_rows(store, grid), _MEASURED_COLUMNS, MEASURED_COLUMNS):
            print_sentences(measured_sentences(store, grid))


@footprint_commands.command(name="hardware", help=_("List accelerators and processors."))
def list_hardware(*, output: Output = Output()) -> None:
    """Print every device that the calculator knows."""
    output.write([asdict(one) for one in load_hardware()], _HARDWARE_COLUMNS)


@footprint_commands.command(
    name="places", help=_("List countries, parts of countries and cloud regions with their grids.")
)
def list_places(*, output: Output = Output()) -> None:
    """Print every grid that the calculator knows."""
    output.write([asdict(one) for one in load_grids()], _PLACE_COLUMNS)
