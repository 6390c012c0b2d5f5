"""Rows as a table for people."""

import pytest

from explorer.cli.output import Output


def test_a_share_of_nearly_zero_has_no_sign(capsys: pytest.CaptureFixture[str]) -> None:
    Output().write([{"gap": -0.002, "gap_low": -0.3}], ("gap", "gap_low"))
    assert capsys.readouterr().out.split() == ["gap", "gap_low", "0%", "-30%"]
