"""`python -m explorer`: a command that ends cleanly, whatever interrupts it."""

import sys
from collections.abc import Sequence

from explorer.interruptions import exit_with


def main(words: Sequence[str]) -> None:
    """Run a command and end the process with its exit status."""

    def command() -> int:
        # Imported here, because ctrl-C may come while the libraries load.
        from explorer.settings import spoken
        from explorer.translations import language

        # The texts of help are made while the commands are imported.
        with language(spoken(words)):
            from explorer.commands import run

            return run(words)

    exit_with(command)


if __name__ == "__main__":
    main(sys.argv[1:])
