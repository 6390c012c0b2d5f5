from typing import Any

import pytest

from explorer.errors import InvalidData
from explorer.models import backends
from explorer.models.backends import (
    Diffusers,
    Hosted,
    Imported,
    Settings,
    read_settings,
    settings_fields,
)
from tests.models.later import Later

DIFFUSERS = Diffusers("ddim", 20, 3.0, 512, 384, "float16")


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        (
            DIFFUSERS,
            {
                "backend": "diffusers",
                "scheduler": "ddim",
                "steps": 20,
                "guidance": 3.0,
                "width_px": 512,
                "height_px": 384,
                "dtype": "float16",
            },
        ),
        (Hosted(1024, 768), {"backend": "hosted", "width_px": 1024, "height_px": 768}),
        (
            Hosted(1024, 768, "high"),
            {"backend": "hosted", "width_px": 1024, "height_px": 768, "quality": "high"},
        ),
        (
            Hosted(8, 8, None, "http://here/v1", seeded=True),
            {
                "backend": "hosted",
                "width_px": 8,
                "height_px": 8,
                "address": "http://here/v1",
                "seeded": True,
            },
        ),
        (Imported(), {"backend": "imported"}),
    ],
)
def test_settings_are_told_without_what_is_at_its_default_and_read_back(
    settings: Settings, values: dict[str, Any]
) -> None:
    assert settings_fields(settings) == values
    assert read_settings(values) == settings


def test_what_is_at_its_default_may_be_told_too() -> None:
    assert read_settings({**settings_fields(Hosted(8, 8)), "quality": None}) == Hosted(8, 8)


def test_settings_that_are_added_later_are_told_only_where_they_are_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(backends._BACKENDS, "diffusers", Later)  # noqa: SLF001
    later: Any = read_settings(settings_fields(DIFFUSERS))
    assert later == Later("ddim", 20, 3.0, 512, 384, "float16")
    assert settings_fields(later) == settings_fields(DIFFUSERS)
    changed: Any = Later("ddim", 20, 3.0, 512, 384, "float16", eta=0.5)
    assert settings_fields(changed) == {**settings_fields(DIFFUSERS), "eta": 0.5}
    assert read_settings(settings_fields(changed)) == changed


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "The backend is None. Known: 'diffusers', 'hosted', 'imported'"),
        ({"backend": "oven"}, "The backend is 'oven'"),
        ({"backend": "imported", "steps": 3}, "'imported' has no setting 'steps'. It has none"),
        ({"backend": "hosted", "width_px": 8}, "'hosted' needs the setting 'height_px'"),
        ({**settings_fields(DIFFUSERS), "quality": "high"}, "'diffusers' has no setting 'quality'"),
    ],
)
def test_settings_that_a_backend_does_not_have_just_so_are_refused(
    values: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidData) as caught:
        read_settings(values)
    assert said in str(caught.value)
