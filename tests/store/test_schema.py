"""An index of an earlier version, as that version wrote it, holds everything in the newest one."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.models.provenance import Provenance
from explorer.models.requests import Asked, ImageRequest, ModelSpec, spec_fields
from explorer.perception.annotations import Annotation
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.samples import Sampled
from explorer.store import database, webp
from explorer.store.blobs import Blobs
from explorer.store.database import APPLICATION_ID
from explorer.store.index import Store
from explorer.store.schema import MIGRATIONS
from explorer.study import Study, count_missing, count_unclassified
from explorer.words.prompts import Prompt
from tests.fakes import FakeClassifier, FakeGenerator, expected_label, fake_card
from tests.store.generate_and_die import INSTRUMENTS
from tests.store.plain_counts import check_counts

MODEL = fake_card().spec
# People reached the same model under another name: its images are the same.
ALIAS = replace(MODEL, name="the same model")
OTHER = fake_card("fake-b").spec
ODD = Prompt("author", "honest", "A painting of a(n) {adjective} {profession}")
PROMPTS = (Prompt("author"), Prompt("author", "honest"), Prompt("nurse"), ODD)
IMAGES = 4
CLIP, TONE = INSTRUMENTS["gender"], INSTRUMENTS["tone"]
FACE = Instrument(ClassifierSpec("face", "YuNet", "/my clips/#2", "1a2b3c4d"), CLIP.captions)


def asked(model: ModelSpec, prompts: Iterable[Prompt] = PROMPTS) -> tuple[ImageRequest, ...]:
    return tuple(
        ImageRequest(model, prompt, replicate) for prompt in prompts for replicate in range(IMAGES)
    )


# The second name was used for the nurses, and for two words that are one prompt of the first.
STORED = (
    *asked(MODEL, (Prompt("author"), Prompt("author", "honest"), ODD)),
    *asked(ALIAS, (Prompt("nurse"),)),
    *asked(OTHER),
)
LATE = ImageRequest(ALIAS, Prompt("honest author"), IMAGES)
ALL = (*STORED, LATE)
KEYS = {one: one.key for one in ALL}
ANNOTATIONS = tuple(
    Annotation(one.key, "gender", annotator, label, f"2026-11-2{day}")
    for day, (one, annotator, label) in enumerate(
        [(ALL[0], "Ada", "feminine"), (ALL[0], "Ben", "cannot tell"), (LATE, "Ada", "masculine")]
    )
)


def is_filtered(request: ImageRequest) -> bool:
    return request.replicate == 2


def is_unclear(request: ImageRequest) -> bool:
    return request.replicate == 1


def sampled(requests: Sequence[ImageRequest]) -> tuple[Sampled, ...]:
    return tuple(
        Sampled(one.key, "gender", CLIP, None if is_unclear(one) else "feminine", among)
        for among, one in enumerate(requests, 5)
    )


# Each name has a sample of its own, and one is longer.
SAMPLES = {
    MODEL: sampled([ALL[0], ALL[3]]),
    ALIAS: sampled([STORED[12], STORED[13], ALL[1], ALL[5]]),
    OTHER: sampled([STORED[16]]),
}
MADE = Provenance("cpu", "torch 2.13.0, diffusers 0.42.1")


def old_index(root: Path, version: int) -> None:
    """Write what is stored with the SQL of an earlier version."""
    Blobs(root).prepare()
    connection = sqlite3.connect(root / "index.sqlite3")
    for statement in (one for entry in MIGRATIONS[:version] for one in entry):
        assert isinstance(statement, str)
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
    for request in ALL:
        _add(connection, root, request)
    _tell_what_made_them(connection)
    if version > 1:
        connection.executemany(
            "INSERT INTO labels (picture, axis, rater, label, date) VALUES (?, ?, ?, ?, ?)",
            [(one.image, one.axis, one.annotator, one.label, one.date) for one in ANNOTATIONS],
        )
        for model, sample in SAMPLES.items():
            connection.executemany(
                "INSERT INTO samples (model, place, picture, axis, instrument, answer, among) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(_model(connection, model), place),
                        *(one.image, one.axis, str(one.instrument), one.answer, one.among),
                    )
                    for place, one in enumerate(sample)
                ],
            )
    connection.commit()
    connection.close()


def _model(connection: sqlite3.Connection, model: ModelSpec) -> int:
    spec = (json.dumps(spec_fields(model), sort_keys=True),)
    connection.execute("INSERT INTO models (spec) VALUES (?) ON CONFLICT DO NOTHING", spec)
    return int(connection.execute("SELECT id FROM models WHERE spec = ?", spec).fetchone()[0])


def _add(connection: sqlite3.Connection, root: Path, request: ImageRequest) -> None:
    (image,) = FakeGenerator(is_filtered, is_unclear).generate([request])
    file = None if image.pixels is None else webp.encode(request, image.pixels)
    if file is not None and image.pixels is not None:
        for path in (Blobs(root).image_path(request.key), Blobs(root).thumbnail_path(request.key)):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(file)
    prompt = request.prompt
    row = connection.execute(
        "INSERT INTO pictures (key, model, profession, adjective, template, replicate, withheld, "
        "digest, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(request.key, _model(connection, request.model)),
            *(prompt.profession, prompt.adjective, prompt.template, request.replicate),
            image.filtered,
            None if image.pixels is None else webp.digest(image.pixels),
            None if file is None else len(file),
        ),
    ).lastrowid
    if image.pixels is not None and request.prompt != ODD:
        seen = [*FakeClassifier().classify_all([image], load_axes())]
        seen.append(
            replace(seen[0], instrument=FACE, label=None, reason="no face found", scores=())
        )
        connection.executemany(
            "INSERT INTO perceptions (picture, axis, instrument, label, reason, scores) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                (row, one.axis, str(one.instrument), one.label, one.reason, json.dumps(one.scores))
                for one in seen
            ],
        )


def _tell_what_made_them(connection: sqlite3.Connection) -> None:
    generated = {"device": MADE.device, "libraries": MADE.libraries}
    for model, made in (
        (MODEL, {**generated, "instruments": [["gender", str(CLIP)]], "tool_version": "0.1"}),
        (MODEL, {**generated, "instruments": [["gender", str(FACE)]], "tool_version": "0.2"}),
        (ALIAS, {**generated, "instruments": [], "tool_version": "0.2"}),
        (OTHER, {"device": None, "libraries": None, "instruments": [], "tool_version": "0.2"}),
    ):
        connection.execute(
            "INSERT INTO provenance (model, made) VALUES (?, ?)",
            (_model(connection, model), json.dumps(made, sort_keys=True)),
        )


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def migrated(cache: Path, version: int) -> Store:
    cache.mkdir()
    old_index(cache, version)
    return Store.open(cache)


@pytest.mark.parametrize("model", [MODEL, ALIAS])
def test_every_image_is_found_again_under_each_name_of_its_model(
    migrated: Store, model: ModelSpec
) -> None:
    study = Study(
        models=(replace(fake_card(), spec=model), fake_card("fake-b")),
        professions=("author", "nurse"),
        images=IMAGES,
    )
    assert count_missing(study, migrated) == 0
    assert count_unclassified(study, migrated) == 0
    texts = tuple(prompt.text for prompt in PROMPTS)
    whole = Asked(model, texts, IMAGES + 1)
    honest = PROMPTS[1].text
    assert migrated.replicates(whole) == {
        *((text, replicate) for text in texts for replicate in range(IMAGES)),
        (honest, IMAGES),
    }
    for request in ALL:
        loaded = migrated.load(request)
        (image,) = FakeGenerator(is_filtered, is_unclear).generate([request])
        assert loaded.filtered == image.filtered
        assert (loaded.pixels is None) == is_filtered(request)
        if loaded.pixels is not None:
            assert (loaded.pixels == image.pixels).all()
    migrated.close()


def test_everything_that_was_perceived_is_found_again(migrated: Store) -> None:
    for request in ALL:
        (seen,) = migrated.observations([request], INSTRUMENTS)
        if is_filtered(request) or request.prompt == ODD:
            assert seen.perceptions == {}
            continue
        assert {axis: (one.label, one.reason) for axis, one in seen.perceptions.items()} == {
            axis.name: (None, "unsure")
            if is_unclear(request)
            else (expected_label(request, axis), None)
            for axis in load_axes()
        }
        (on_face,) = migrated.observations([request], {"gender": FACE})
        assert on_face.perceptions["gender"].reason == "no face found"
        assert on_face.perceptions["gender"].scores == ()
    migrated.close()


@pytest.mark.parametrize("model", [MODEL, ALIAS, OTHER])
def test_the_counts_are_those_of_the_rows(migrated: Store, model: ModelSpec) -> None:
    check_counts(migrated.root)
    rows = [one for one in ALL if one.model.repo == model.repo]
    texts = tuple({one.prompt.text for one in rows})
    for images in (1, IMAGES, IMAGES + 1):
        wanted = Asked(model, texts, images)
        among = [one for one in rows if one.replicate < images]
        expected = Counter(
            (one.prompt.text, "safety filter" if is_filtered(one) else None) for one in among
        )
        counted = {(text, why): number for text, why, number in migrated.image_counts(wanted)}
        assert counted == expected
        shown = [one for one in among if not is_filtered(one)]
        answers = Counter((one.prompt.text, *_answer(one)) for one in shown if one.prompt != ODD)
        assert {
            (one.text, one.label, one.reason): one.number
            for one in migrated.answer_counts(wanted, "gender", CLIP)
        } == answers
        assert migrated.unclassified_of(wanted, "gender", CLIP) == {
            (one.prompt.text, one.replicate) for one in shown if one.prompt == ODD
        }
    migrated.close()


def _answer(request: ImageRequest) -> tuple[str | None, str | None]:
    gender = find_axis("gender")
    return (None, "unsure") if is_unclear(request) else (expected_label(request, gender), None)


@pytest.mark.parametrize("version", [2])
def test_annotations_and_samples_are_found_again(migrated: Store) -> None:
    assert set(migrated.annotations.all()) == set(ANNOTATIONS)
    assert set(migrated.annotations.of([LATE.key], "gender")) == {ANNOTATIONS[2]}
    assert migrated.annotations.sample(OTHER, "gender", CLIP) == SAMPLES[OTHER]
    one, same = (migrated.annotations.sample(model, "gender", CLIP) for model in (MODEL, ALIAS))
    assert one == same
    assert one in (SAMPLES[MODEL], SAMPLES[ALIAS]), "one whole sample, never a mixture of two"
    migrated.close()


@pytest.mark.parametrize("version", [1])
def test_an_index_from_before_annotations_takes_them(migrated: Store) -> None:
    migrated.annotations.save(ANNOTATIONS)
    migrated.annotations.save_sample(MODEL, SAMPLES[MODEL])
    assert set(migrated.annotations.all()) == set(ANNOTATIONS)
    assert migrated.annotations.sample(ALIAS, "gender", CLIP) == SAMPLES[MODEL]
    migrated.close()


def test_what_generated_the_images_is_kept_once(migrated: Store) -> None:
    for model in (MODEL, ALIAS):
        assert migrated.provenance(model) == (MADE,)
    assert migrated.provenance(OTHER) == (Provenance(),)
    migrated.record(ALIAS, MADE)
    assert migrated.provenance(MODEL) == (MADE,)
    migrated.close()


def test_a_migrated_index_has_the_tables_of_a_new_one(migrated: Store, tmp_path: Path) -> None:
    Store.open(tmp_path / "new").close()
    assert _tables(migrated.root) == _tables(tmp_path / "new")
    migrated.close()


def _tables(root: Path) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    connection = sqlite3.connect(root / "index.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    parts = connection.execute("SELECT type, name FROM sqlite_schema").fetchall()
    found = {
        (kind, name): connection.execute(f"PRAGMA table_info('{name}')").fetchall()
        for kind, name in parts
    }
    connection.close()
    return found


def test_a_migrated_index_goes_on_counting(migrated: Store) -> None:
    more = asked(ALIAS, (Prompt("pilot"),))
    generate = FakeGenerator(is_filtered, is_unclear).generate
    migrated.save(generate(more))
    images = [migrated.load(one) for one in (*ALL, *more) if not is_filtered(one)]
    migrated.save_perceptions(FakeClassifier().classify_all(images, load_axes()))
    check_counts(migrated.root)
    migrated.image_path(ALL[0].key).unlink()
    migrated.check(Asked(MODEL, (ALL[0].prompt.text,), IMAGES))
    check_counts(migrated.root)
    assert migrated.size().images == len(ALL) + len(more) - 1
    migrated.close()


def test_a_migration_that_fails_leaves_the_old_index_whole(
    cache: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    old_index(cache, version)
    with monkeypatch.context() as patch:
        broken = (*MIGRATIONS[:2], (*MIGRATIONS[2], "NO SQL"))
        patch.setattr(database, "MIGRATIONS", broken)
        with pytest.raises(sqlite3.OperationalError):
            Store.open(cache)
    connection = sqlite3.connect(cache / "index.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    assert connection.execute("SELECT count(*) FROM pictures").fetchone() == (len(ALL),)
    connection.close()
    store = Store.open(cache)
    assert store.size().images == len(ALL)
    check_counts(cache)
    store.close()


def test_several_that_open_an_old_index_at_once_migrate_it_once(cache: Path, version: int) -> None:
    cache.mkdir()
    old_index(cache, version)

    def look(_: int) -> int:
        store = Store.open(cache)
        images = store.size().images
        store.close()
        return images

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(look, range(8))) == [len(ALL)] * 8
    check_counts(cache)
