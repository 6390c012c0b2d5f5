"""The command with which an operator ends all runs of a page: `stop-runs`."""

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import CacheFolder
from explorer.cli.output import say
from explorer.translations import gettext as _


@app.command(
    help=_(
        "End all runs of the page that uses this cache.\n\n"
        "They end after the images in hand, which are kept. Runs that begin later are not touched."
    )
)
def stop_runs(*, cache: CacheFolder = None) -> None:
    """Touch the file that a page looks at during its runs."""
    folder = machine.load(cache).cache
    folder.mkdir(parents=True, exist_ok=True)
    (folder / machine.STOP_RUNS).touch()
    say(_("All runs that use {folder!r} end now.").format(folder=str(folder)))
