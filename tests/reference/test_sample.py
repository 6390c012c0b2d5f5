import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer import settings
from explorer.classifiers.clip import ClipClassifier
from explorer.findings.findings import Findings
from explorer.likeness.encoding import count_unencoded
from explorer.likeness.pool import pool
from explorer.models.provenance import Provenance
from explorer.reference.design import BUNDLED
from explorer.reference.sample import (
    SAMPLE_IMAGES,
    open_sample,
    open_store,
    sample_path,
    sample_study,
)
from explorer.store.index import Store
from explorer.study import count_missing, count_unclassified, run
from tests.fakes import FAKE_CLIP, FakeClassifier, FakeGenerator, refuse_writing


def test_the_sample_holds_the_author_and_nurse_grids_of_both_generators(tmp_path: Path) -> None:
    study = sample_study("cpu")
    store = Store.open(tmp_path)
    open_sample(store, "cpu")
    assert [card.spec.name for card in study.models] == list(BUNDLED)
    assert count_missing(study, store) == 0
    for tally in Findings(study, store).tallies("profession"):
        assert tally.asked == 21 * SAMPLE_IMAGES
        assert (tally.missing, tally.unclassified, tally.filtered) == (0, 0, 0)
    store.close()


def test_to_classify_the_sample_anew_makes_up_nothing_about_how_it_was_generated(
    tmp_path: Path,
) -> None:
    study = replace(sample_study("cpu"), professions=("author",), classifier="other-clip")
    with closing(Store.open(tmp_path)) as store:
        open_sample(store, "cpu")
        made = [store.provenance(card.spec) for card in study.models]
        classifier = FakeClassifier(replace(FAKE_CLIP, backbone="other-clip"))
        for _ in run(study, store, lambda _: FakeGenerator(), lambda _: classifier):
            pass
        assert len(classifier.classified) == len(study.axes) * study.size
        assert made == [store.provenance(card.spec) for card in study.models] == [(), ()]
        assert {one.made for one in Findings(study, store).origins} == {Provenance(None, None)}


def test_a_complete_sample_is_not_read_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    open_sample(store, "cpu")
    images = store.size().images
    request = sample_study("cpu").requests(sample_study("cpu").models[0])[0]
    written = store.image_path(request.key).stat().st_mtime_ns
    open_sample(store, "cpu")
    assert store.size().images == images
    assert store.image_path(request.key).stat().st_mtime_ns == written
    store.close()


def test_a_cache_that_cannot_be_written_shows_the_sample_and_stays_empty(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    refuse_writing(monkeypatch)
    study = sample_study("cpu")
    with closing(open_store(settings.load(cache))) as store:
        assert not store.is_writable
        assert count_missing(study, store) == count_unclassified(study, store) == 0
        request = study.requests(study.models[0])[0]
        assert store.load(request).pixels is not None
        assert store.held(request.key)
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_disk_that_fills_while_the_sample_is_stored_is_read(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_writing(monkeypatch, after=100)
    with closing(open_store(settings.load(cache))) as store:
        assert not store.is_writable
        assert count_missing(sample_study("cpu"), store) == 0


def test_the_sample_opens_without_torch(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from explorer.store.index import Store;"
        "from explorer.reference.sample import open_sample;"
        f"open_sample(Store.open(Path({str(tmp_path)!r})), 'cpu');"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_sample_is_a_few_megabytes() -> None:
    assert sample_path().stat().st_size < 20_000_000


def test_the_sample_is_encoded_from_the_start_and_so_is_one_that_was_stored_before(
    tmp_path: Path,
) -> None:
    study = sample_study("cpu")
    with closing(Store.open(tmp_path)) as store:
        open_sample(store, "cpu")
        assert count_unencoded(study, store) == 0
        with closing(sqlite3.connect(tmp_path / "index.sqlite3")) as index, index:
            index.execute("DELETE FROM embeddings")
        assert count_unencoded(study, store) == study.size
        open_sample(store, "cpu")
        assert count_unencoded(study, store) == 0


def test_the_embeddings_are_those_of_the_classifier(tmp_path: Path) -> None:
    study = sample_study("cpu")
    with closing(Store.open(tmp_path)) as store:
        open_sample(store, "cpu")
        found = pool(study, store)
        # Images of both models and of different prompts.
        places = range(0, len(found.images), 97)
        images = [store.load(found.images[place]) for place in places]
        anew = ClipClassifier(found.encoder, "cpu").embed(images)
    likeness = (np.asarray(anew, float) * found.vectors[list(places)]).sum(axis=1)
    assert likeness.min() > 0.999
