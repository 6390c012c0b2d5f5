"""The command for an overview: models in one table, over all professions."""

from typing import Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import CacheFolder, Changed
from explorer.cli.output import Output, print_sentences
from explorer.cli.store import opened
from explorer.overview.results import summary_rows
from explorer.overview.shipped import adapter, overview_of
from explorer.reference.design import BUNDLED
from explorer.translations import gettext as _

_COLUMNS = (
    *("model", "slope", "slope_low", "slope_high", "mean_gap", "mean_gap_low", "mean_gap_high"),
    *("clear", "tested", "tone_distance", "tone_distance_by_chance", "diversity", "kwh_per_1000"),
    *("least_images", "most_images"),
)


@app.command(
    help=_(
        "Compare models over all professions.\n\n"
        "The overviews of the bundled models ship with the tool; those of others are of their "
        "stored images. Nothing is generated. --json also gives every profession and adjective."
    )
)
def overview(
    *models: Annotated[str, Parameter(help=_("The models."), show_default=_("the bundled ones"))],
    changed: Changed = Changed(),
    output: Output = Output(),
    cache: CacheFolder = None,
) -> None:
    """Print a line for each model."""
    settings = machine.load(cache)
    cards = changed.cards(models or BUNDLED, settings)
    with opened(settings) as store:
        found = [overview_of(card, store) for card in cards]
    if output.as_json:
        output.write([adapter().dump_python(one, mode="json") for one in found], ())
        return
    rows = summary_rows(found)
    if output.write(rows, _COLUMNS, tuple(rows[0])):
        remark = _(
            "Slope: how many times the differences between professions are exaggerated, in log "
            "odds. The bundled models are teaching instruments, not a finding."
        )
        print_sentences([remark])
