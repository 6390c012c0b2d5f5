import json
import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import StoreCorrupt, StoreError
from explorer.models.provenance import Provenance
from explorer.models.requests import Image, ImageRequest
from explorer.perception.axes import Perception, find_axis, load_axes
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.store.index import Store
from explorer.store.rows import Size
from explorer.words.prompts import Prompt
from tests.fakes import FakeClassifier, FakeGenerator, fake_card
from tests.store.generate_and_die import (
    INSTRUMENTS,
    generator,
    is_filtered,
    missing,
    requests,
    same,
)
from tests.store.strange_files import strange

STRANGE = strange(requests(1)[0])
GENDER = find_axis("gender")
OTHER = Instrument(ClassifierSpec("captions", None, "x"), "11111111")


def classify(store: Store, asked: tuple[ImageRequest, ...]) -> None:
    images = [store.load(request) for request in asked if not is_filtered(request)]
    store.save_perceptions(FakeClassifier().classify_all(images, load_axes()))


@pytest.fixture
def asked() -> tuple[ImageRequest, ...]:
    return requests(12)


@pytest.fixture
def generated(store: Store, asked: tuple[ImageRequest, ...]) -> Store:
    store.save(generator().generate(asked))
    return store


def test_an_empty_store_misses_everything_in_order(
    store: Store, asked: tuple[ImageRequest, ...]
) -> None:
    assert missing(store, asked) == asked


def test_what_is_stored_is_not_missing(generated: Store, asked: tuple[ImageRequest, ...]) -> None:
    assert missing(generated, asked) == ()
    more = requests(14)
    assert missing(generated, more) == more[12:]


def test_a_second_opening_finds_what_the_first_stored(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    generated.close()
    again = Store.open(generated.root)
    assert missing(again, asked) == ()
    again.close()


def test_prompts_with_the_same_words_share_one_image(store: Store) -> None:
    spec = fake_card().spec
    twins = (
        ImageRequest(spec, Prompt("author", "honest"), 0),
        ImageRequest(spec, Prompt("honest author"), 0),
    )
    store.save(FakeGenerator().generate(twins[:1]))
    assert missing(store, twins) == ()
    store.save(FakeGenerator().generate(twins))
    assert store.size().images == 1
    assert [seen.request for seen in store.observations(twins, {})] == list(twins)


def test_the_versions_of_a_model_that_have_images_are_known(store: Store) -> None:
    spec = fake_card().spec
    for revision in ("main", "0123"):
        request = ImageRequest(replace(spec, revision=revision), Prompt("author"), 0)
        store.save(FakeGenerator().generate([request]))
    store.record(replace(spec, revision="none"), Provenance())
    assert store.revisions(spec.repo) == ("main", "0123")
    assert store.revisions("others") == ()


def test_replicates_with_one_seed_are_one_image_and_the_first_decides(store: Store) -> None:
    prompt = Prompt("author 1106255")
    first, second = (ImageRequest(fake_card().spec, prompt, number) for number in (3, 30))
    assert first.key == second.key
    # What is generated in another batch may differ by rounding.
    white, grey = (np.full((8, 8, 3), level, dtype=np.uint8) for level in (255, 254))
    store.save([Image(first, white), Image(second, grey)])
    assert missing(store, (first, second)) == ()
    assert store.size().images == 2
    for request in (first, second):
        assert same(store.load(request), Image(request, white))
    store.save_perceptions([Perception(first.key, "gender", OTHER, "feminine", None, (1.0, 0.0))])
    assert store.unclassified((first, second), "gender", OTHER) == ()
    store.image_path(first.key).unlink()
    assert missing(store, (first, second)) == (first, second)
    assert store.size() == Size(0, 0, 0, 0)


def test_pixels_come_back_exactly(store: Store, asked: tuple[ImageRequest, ...]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (32, 24, 3), dtype=np.uint8)
    store.save([Image(asked[0], noise)])
    loaded = store.load(asked[0]).pixels
    assert loaded is not None
    assert loaded.dtype == np.uint8
    assert np.array_equal(loaded, noise)


def test_a_filtered_image_is_a_row_with_a_reason_and_no_file(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    filtered = asked[3]
    assert generated.load(filtered) == Image(filtered, None, "safety filter")
    assert not generated.image_path(filtered.key).exists()
    assert not generated.thumbnail_path(filtered.key).exists()
    assert generated.observations([filtered], INSTRUMENTS)[0].filtered == "safety filter"
    assert generated.size().filtered == 1


def test_an_image_that_is_not_stored_cannot_be_loaded(
    store: Store, asked: tuple[ImageRequest, ...]
) -> None:
    with pytest.raises(
        StoreError, match=r"'Photo portrait of an honest author'.*Generate it first"
    ):
        store.load(asked[0])


def test_saving_again_leaves_the_first_image(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    before = generated.load(asked[0])
    other = np.zeros((32, 32, 3), dtype=np.uint8)
    generated.save([Image(asked[0], other)])
    assert same(generated.load(asked[0]), before)
    assert generated.size().images == len(asked)


def test_saving_leaves_no_partial_files(generated: Store) -> None:
    assert list((generated.root / "partial").iterdir()) == []


def test_images_are_generated_only_as_far_as_they_are_saved(store: Store) -> None:
    fake = generator()
    fake.fail_after, fake.error = 40, RuntimeError("stopped")
    with pytest.raises(RuntimeError, match="stopped"):
        store.save(fake.generate(requests(64)))
    assert len(missing(store, requests(64))) == 32


def test_stored_images_wait_to_be_classified_and_filtered_ones_do_not(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    shown = tuple(request for request in asked if not is_filtered(request))
    assert generated.unclassified(asked, "gender", INSTRUMENTS["gender"]) == shown
    classify(generated, shown[:4])
    assert generated.unclassified(asked, "gender", INSTRUMENTS["gender"]) == shown[4:]
    assert generated.unclassified(asked, "gender", OTHER) == shown


def test_observations_hold_what_the_instruments_saw(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    classify(generated, asked)
    observations = generated.observations((*asked, *requests(2, "fake-b")), INSTRUMENTS)
    assert [seen.request for seen in observations] == list(asked)
    expected = FakeClassifier().classify([generated.load(asked[5])], GENDER)
    assert observations[5].perceptions["gender"] == next(expected)
    assert set(observations[5].perceptions) == {"gender", "tone"}
    assert observations[3].perceptions == {}
    assert generated.observations(asked, {"gender": OTHER})[5].perceptions == {}


def test_a_later_answer_replaces_the_earlier_one(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    first = Perception(asked[0].key, "gender", OTHER, None, "unsure", (0.5, 0.5))
    second = replace(first, label="feminine", reason=None, scores=(1 / 3 + 0.5, 1 / 6))
    generated.save_perceptions([first])
    generated.save_perceptions([second])
    assert generated.observations(asked[:1], {"gender": OTHER})[0].perceptions == {"gender": second}


def test_scores_that_are_no_numbers_come_back_as_such(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    nan = Perception(asked[0].key, "gender", OTHER, None, "no score", (float("nan"), 0.5))
    generated.save_perceptions([nan])
    (seen,) = generated.observations(asked[:1], {"gender": OTHER})
    assert np.isnan(seen.perceptions["gender"].scores[0])


def test_others_may_write_while_images_are_being_classified(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    def slowly() -> Iterator[Perception]:
        with closing(Store.open(generated.root, busy_seconds=0.05)) as other:
            other.save(generator().generate(requests(13)[12:]))
        yield Perception(asked[0].key, "gender", OTHER, "feminine", None, (1.0, 0.0))

    generated.save_perceptions(slowly())
    assert missing(generated, requests(13)) == ()


def test_an_answer_for_an_unknown_image_is_not_kept(store: Store) -> None:
    store.save_perceptions([Perception("0" * 64, "gender", OTHER, None, "unsure", (0.5, 0.5))])
    assert store.size().perceptions == 0


@pytest.mark.parametrize("damage", ["truncated", "empty", "noise", "exchanged", "gone", "a page"])
def test_a_damaged_image_is_reported_forgotten_and_generated_again(
    generated: Store, asked: tuple[ImageRequest, ...], damage: str
) -> None:
    classify(generated, asked)
    path = generated.image_path(asked[0].key)
    harm(path, generated.image_path(asked[1].key), damage)
    with pytest.raises(StoreCorrupt, match=rf"{asked[0].key}.*The next run generates it again"):
        generated.load(asked[0])
    assert missing(generated, asked) == asked[:1]
    assert not path.exists()
    assert len(generated.observations(asked, INSTRUMENTS)) == len(asked) - 1
    generated.save(generator().generate(asked[:1]))
    assert missing(generated, asked) == ()
    assert generated.unclassified(asked, "gender", INSTRUMENTS["gender"]) == asked[:1]


def harm(path: Path, other: Path, damage: str) -> None:
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
        return
    damaged = {
        "truncated": whole[: len(whole) // 2],
        "empty": b"",
        "noise": bytes(255 - byte for byte in whole),
        "exchanged": other.read_bytes(),
        "a page": b"<html>" + whole,
    }
    path.write_bytes(damaged[damage])


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_file_in_place_of_an_image_is_forgotten(
    generated: Store, asked: tuple[ImageRequest, ...], kind: str
) -> None:
    generated.image_path(asked[0].key).write_bytes(STRANGE[kind])
    assert missing(generated, asked) == asked[:1]
    generated.save(generator().generate(asked[:1]))
    generated.image_path(asked[0].key).write_bytes(STRANGE[kind])
    with pytest.raises(StoreCorrupt, match="The next run generates it again"):
        generated.pixels(asked[0].key)
    assert generated.size().images == len(asked) - 1


@pytest.mark.parametrize("kind", STRANGE)
def test_rebuilding_skips_a_strange_file(
    generated: Store, asked: tuple[ImageRequest, ...], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    generated.close()
    (generated.root / "index.sqlite3").unlink()
    generated.image_path(asked[0].key).write_bytes(STRANGE[kind])
    with closing(Store.open(generated.root)) as again:
        assert again.size().images == len(asked) - 1
        assert missing(again, asked) == asked[:1]
    assert asked[0].key in caplog.text


@pytest.mark.parametrize("damage", ["truncated", "empty", "gone"])
def test_an_image_of_another_size_is_missed_without_being_read(
    generated: Store, asked: tuple[ImageRequest, ...], damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    harm(generated.image_path(asked[0].key), generated.image_path(asked[1].key), damage)
    with caplog.at_level(logging.WARNING):
        assert missing(generated, asked) == asked[:1]
    assert asked[0].key in caplog.text
    assert "has been removed" in caplog.text


def test_an_image_that_may_not_be_read_is_not_forgotten(
    generated: Store, asked: tuple[ImageRequest, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(StoreError, match=r"cannot be read: Permission denied\. Give yourself"):
            generated.load(asked[0])
    assert missing(generated, asked) == ()


def test_a_lost_thumbnail_is_made_again(generated: Store, asked: tuple[ImageRequest, ...]) -> None:
    path = generated.thumbnail_path(asked[0].key)
    before = path.read_bytes()
    path.unlink()
    generated.thumbnail_path(asked[1].key).write_bytes(b"")
    assert missing(generated, asked) == ()
    assert path.read_bytes() == before
    assert generated.thumbnail_path(asked[1].key).stat().st_size > 0


def test_a_lost_thumbnail_brings_a_damaged_image_to_light(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    path = generated.image_path(asked[0].key)
    path.write_bytes(bytes(path.stat().st_size))
    generated.thumbnail_path(asked[0].key).unlink()
    assert missing(generated, asked) == asked[:1]


def test_rebuilding_leaves_strange_files_alone(
    generated: Store, asked: tuple[ImageRequest, ...], caplog: pytest.LogCaptureFixture
) -> None:
    generated.close()
    (generated.root / "index.sqlite3").unlink()
    strange = generated.images_root / "00" / "holiday.webp"
    strange.parent.mkdir(exist_ok=True)
    strange.write_bytes(b"no image")
    renamed = generated.images_root / "00" / ("0" * 64 + ".webp")
    shutil.copy(generated.image_path(asked[0].key), renamed)
    (generated.images_root / "notes.txt").write_text("mine")
    again = Store.open(generated.root)
    assert again.size().images == len(asked)
    assert "holiday.webp" in caplog.text
    assert strange.exists()
    again.close()


def test_the_image_file_tells_what_was_asked_for(
    generated: Store, asked: tuple[ImageRequest, ...]
) -> None:
    from PIL import Image

    with Image.open(generated.image_path(asked[0].key)) as image:
        told = json.loads(image.getexif()[0x010E])
    assert told["request"]["prompt"]["profession"] == "author"
    assert told["request"]["model"]["name"] == "fake-a"


def test_what_made_the_images_is_kept_once(store: Store) -> None:
    spec = fake_card().spec
    first = Provenance("cpu", "torch 2.13.0")
    unknown = Provenance()
    for provenance in (first, unknown, first, unknown):
        store.record(spec, provenance)
    assert set(store.provenance(spec)) == {first, unknown}
    assert len(store.provenance(spec)) == 2
    assert store.provenance(fake_card("fake-b").spec) == ()


def test_threads_that_generate_the_same_double_nothing(store: Store) -> None:
    asked = requests(60)

    def work(offset: int) -> int:
        for start in range(0, 60, 6):
            some = [asked[(offset + start + index) % 60] for index in range(6)]
            store.save(generator().generate(missing(store, some)))
            classify(store, tuple(some))
        return len(store.observations(asked, INSTRUMENTS))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8)))
    assert missing(store, asked) == ()
    size = store.size()
    assert (size.images, size.filtered, size.perceptions) == (60, 6, 54 * 2)
    assert len(list(store.images_root.glob("*/*"))) == 54


def test_size_counts_what_is_there(generated: Store, asked: tuple[ImageRequest, ...]) -> None:
    files = generated.images_root.glob("*/*.webp")
    assert generated.size().images == len(asked)
    assert generated.size().image_bytes == sum(path.stat().st_size for path in files)
