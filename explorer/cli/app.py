"""The command line as a whole: how words are read, how help looks and how a command ends."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    UnusedCliTokensError,
)

from explorer import __version__
from explorer.cli.help import TwoColumns
from explorer.cli.output import open_pipe, say
from explorer.errors import ExplorerError, InputError, UnknownName
from explorer.interruptions import Interrupted
from explorer.log import recorded
from explorer.settings import log_file
from explorer.translations import LANGUAGES, known
from explorer.translations import gettext as _

DONE = 0
FAILED = 1
WRONG = 2
INTERRUPTED = 130

_PROGRAM = "python -m explorer"


def _shown_default(value: object) -> str | None:
    return None if value in {None, ()} or value is False else str(value)


app = App(
    name=_PROGRAM,
    help=_("See how a text-to-image model depicts people, and how sure we can be of it."),
    version=__version__,
    help_format="plaintext",
    help_formatter=TwoColumns(),
    group_commands=_("Commands"),
    group_arguments=_("Arguments"),
    group_parameters=_("Options"),
    # Each value has its option before it, a flag has no opposite, and of two numbers the last
    # counts, so that a line can be called up and continued.
    default_parameter=Parameter(
        negative=(), consume_multiple=False, allow_repeating=True, show_default=_shown_default
    ),
    # `run` reports all errors alike.
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
annotate_commands = App(
    name="annotate", help=_("Annotate images and compare classifiers with the annotations.")
)
footprint_commands = App(
    name="footprint", help=_("Calculate energy and emissions, and the lifecycle of a model.")
)
likeness_commands = App(
    name="likeness", help=_("See how varied images are and which look alike, without labels.")
)
reference_commands = App(name="reference", help=_("The bundled models, whose bias is known."))
app.command(annotate_commands)
app.command(footprint_commands)
app.command(likeness_commands)
app.command(reference_commands)


# It takes everything else from the app.
app.meta.suppress_keyboard_interrupt = False


@app.meta.default
def _recorded(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    log: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help=_("Record settings, warnings and errors in a file.  [env: EXPLORER_LOG]"),
        ),
    ] = None,
    language: Annotated[
        str | None,
        Parameter(
            metavar="NAME",
            help=_("The language of all texts: 'en' or 'fr'.  [env: EXPLORER_LANGUAGE]"),
        ),
    ] = None,
) -> int:
    # It is in use already, as texts of help were made before a word is read.
    if language is not None and known(language) is None:
        raise UnknownName("language", language, LANGUAGES)
    with recorded(log_file(log), words):
        _chain, apps, left = app.parse_commands(words)
        if apps[-1].default_command is None and not left:
            app.help_print(words, console=app.error_console)
            return WRONG
        app(words)
        return DONE


def arrange(group: App, *names: str) -> None:
    """Let help list the commands of a group in this order, and all others after them."""
    for place, name in enumerate(names):
        group[name].sort_key = place


def run(words: Sequence[str]) -> int:
    """Run a command and return the exit status; only here errors become messages.

    Args:
        words: what stands behind the name of the program.
    """
    open_pipe()
    try:
        # Help and version come without a status.
        status: int = app.meta(words) or DONE
        sys.stdout.flush()
    except CycloptsError as error:
        _say_usage_error(error)
        return WRONG
    except ExplorerError as error:
        say(_("Error: {error}").format(error=error))
        return WRONG if isinstance(error, InputError) else FAILED
    except KeyboardInterrupt as error:
        return error.status if isinstance(error, Interrupted) else INTERRUPTED
    except BrokenPipeError:
        # The reader has closed the pipe. Python would complain once more on closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return status


def _say_usage_error(error: CycloptsError) -> None:
    command = " ".join((_PROGRAM, *(error.command_chain or ())))
    say(_("Error: {error}").format(error=_mistake(error)))
    say(_("Try `{command} --help`.").format(command=command))


def _mistake(error: CycloptsError) -> str:
    """Return the message on unusable words, in the terms of the help."""
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        pattern = _(
            "Unexpected argument {word!r}. Write arguments side by side, and repeat an option for "
            "each further value."
        )
        return pattern.format(word=error.unused_tokens[0])
    if isinstance(error, MissingArgumentError) and error.keyword:
        return _("{option} needs a value.").format(option=error.keyword)
    if isinstance(error, MissingArgumentError) and error.argument:
        return _("{name} is missing.").format(name=error.argument.name)
    if isinstance(error, CoercionError) and error.token and error.target_type in {int, float}:
        kind = _("a whole number") if error.target_type is int else _("a number, such as 0.5")
        pattern = _("{option} is {value!r}. Give {kind}.")
        return pattern.format(option=error.token.keyword, value=error.token.value, kind=kind)
    return str(error)
