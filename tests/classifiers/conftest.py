"""What the tests of the classifiers look at, and a tiny CLIP, saved once for all of them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tiny import save_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip") / "model")


@pytest.fixture(scope="session")
def astronaut() -> NDArray[np.uint8]:
    """Return NASA's portrait of Eileen Collins, which scikit-image brings along."""
    import skimage.data

    photograph: NDArray[np.uint8] = skimage.data.astronaut()
    return np.ascontiguousarray(photograph[:256, 96:352])
