"""A tiny CLIP, saved once for all tests of the classifiers."""

from pathlib import Path

import pytest

from tests.tiny import save_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip") / "model")
