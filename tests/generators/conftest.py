"""Tiny pipelines, saved once for all tests of the generators."""

from pathlib import Path

import pytest

from tests.tiny import save_stable_diffusion, save_xl


@pytest.fixture(scope="session")
def stable_diffusion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_stable_diffusion(tmp_path_factory.mktemp("sd") / "model")


@pytest.fixture(scope="session")
def filtered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pipeline whose safety checker flags every image."""
    return save_stable_diffusion(tmp_path_factory.mktemp("filtered") / "model", threshold=-2.0)


@pytest.fixture(scope="session")
def unfiltered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pipeline whose safety checker flags no image."""
    return save_stable_diffusion(tmp_path_factory.mktemp("unfiltered") / "model", threshold=2.0)


@pytest.fixture(scope="session")
def xl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_xl(tmp_path_factory.mktemp("xl") / "model")
