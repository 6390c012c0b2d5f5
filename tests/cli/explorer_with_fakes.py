"""`python -m explorer` with fakes in place of models, for tests that need a process of its own.

FAKE_SECONDS is the time that one image takes.
"""

import os
import sys
from unittest.mock import patch

from explorer.__main__ import main
from tests.fakes import FakeClassifier, FakeGenerator, fake_card

if __name__ == "__main__":
    seconds = float(os.environ.get("FAKE_SECONDS", "0"))
    with (
        patch("explorer.cli.options.find_model", lambda name, *_, **__: fake_card(name)),
        patch(
            "explorer.generators.diffusion.DiffusionGenerator",
            lambda *_: FakeGenerator(seconds=seconds),
        ),
        patch("explorer.classifiers.clip.ClipClassifier", lambda spec, _: FakeClassifier(spec)),
        patch("explorer.reference.sample.open_sample", lambda *_: None),
    ):
        main(sys.argv[1:])
