"""The command about the machine: `doctor`."""

import json
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import CacheFolder
from explorer.doctor import STOP, examine
from explorer.errors import MachineUnfit
from explorer.translations import gettext as _
from explorer.translations import ngettext


@app.command(help=_("Report what this machine has for a run, and what to do about it."))
def doctor(
    *,
    as_json: Annotated[bool, Parameter(name="--json", help=_("Print JSON."))] = False,
    cache: CacheFolder = None,
) -> None:
    """Report what this machine has for a run, and what to do about it.

    Raises:
        MachineUnfit: something would stop a run.
    """
    checks = list(examine(machine.load(cache)))
    if as_json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            print(f"{check.mark:5} {check.name}: {check.finding}")
            if check.remedy:
                print(f"      {check.remedy}")
    if stops := sum(check.mark == STOP for check in checks):
        pattern = ngettext(
            "{number} of these things would stop a run. It is marked with 'stop'.",
            "{number} of these things would stop a run. They are marked with 'stop'.",
            stops,
        )
        raise MachineUnfit(pattern.format(number=stops))
