"""Begin the run of a choice, for a view or for a program."""

from functools import partial
from typing import TYPE_CHECKING

from explorer import study as studies
from explorer.footprint.metering import Meter
from explorer.models.hub import start
from explorer.page.visitors import NOBODY, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.page.runs import Run
    from explorer.progress import Progress
    from explorer.study import Study


def begin_run(desk: "Desk", choice: "Choice", who: Visitor = NOBODY) -> "Run":
    """Return the run of a choice: one that begins, or the one that it has already.

    Raises:
        ExplorerError: nothing can be generated for the choice, or not for this visitor.
    """
    asked = desk.study(choice)
    desk.may.require_run(asked, who)
    desk.make_room()
    told = start((card.spec for card in asked.models), desk.settings.cache)
    # Of fixed versions now.
    made = desk.study(choice)
    meter = Meter(desk.settings, choice.country)
    steps = partial(_steps, desk, made, meter)
    run = desk.runs.begin(made, steps, told, who.name, desk.work(made))
    run.meter = run.meter or meter
    return run


def _steps(
    desk: "Desk", made: "Study", meter: Meter, stopped: "Callable[[], bool]"
) -> "Iterator[Progress]":
    asked = made, desk.store
    if not studies.count_missing(*asked) and not studies.count_unclassified(*asked):
        studies.forget_failed(made, desk.store)
    # Where the better detector cannot be downloaded, the findings say so.
    studies.prepare(made)
    for step in studies.run(
        made,
        desk.store,
        desk.generators,
        desk.classifiers,
        stopped,
        desk.settings.batch,
        desk.settings.at_once,
        meter=meter,
    ):
        image = step.image
        if step.stage == "generate" and step.rate and image is not None:
            desk.pace.note(image.request.model, step.rate)
        yield step
