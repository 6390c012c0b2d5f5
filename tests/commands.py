"""Run the command line within a test."""

import io
import shlex
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from explorer import commands


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    @property
    def stdout_bytes(self) -> bytes:
        return self.stdout.encode()


def run(line: str) -> Result:
    """Return the result of a command line, without the name of the program."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        exit_code = commands.run(shlex.split(line))
    return Result(exit_code, stdout.getvalue(), stderr.getvalue())
