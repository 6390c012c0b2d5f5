"""The command line with fakes in place of models."""

from collections.abc import Callable
from typing import Any

import pytest

from explorer.models import catalog
from explorer.models.catalog import ModelCard
from explorer.models.requests import ModelSpec
from explorer.perception.instruments import ClassifierSpec
from explorer.settings import Settings
from tests.commands import Result, run
from tests.fakes import FakeClassifier, FakeGenerator, fake_card

Command = Callable[[str], Result]


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> FakeGenerator:
    """Return the generator that the command line uses."""
    generator = FakeGenerator()

    def find(name: str, device: str, **changes: Any) -> ModelCard:
        return fake_card(name) if name.startswith("fake") else _find(name, device, **changes)

    def generates(_: ModelSpec, __: Settings) -> FakeGenerator:
        return generator

    def classifies(spec: ClassifierSpec, _: str) -> FakeClassifier:
        return FakeClassifier(spec)

    monkeypatch.setattr("explorer.cli.options.find_model", find)
    monkeypatch.setattr("explorer.generators.diffusion.DiffusionGenerator", generates)
    monkeypatch.setattr("explorer.classifiers.clip.ClipClassifier", classifies)
    monkeypatch.setattr("explorer.reference.sample.open_sample", lambda *_: None)
    return generator


@pytest.fixture
def command(generator: FakeGenerator) -> Command:  # noqa: ARG001 - no real model is ever loaded
    """Return a function that runs one command line."""
    return run


_find = catalog.find_model
