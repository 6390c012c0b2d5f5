import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer import __version__
from explorer.errors import StoreCorrupt, StoreError
from explorer.findings.tables import Provenance
from explorer.perception.axes import Perception, find_axis, load_axes
from explorer.perception.decide import instrument_name
from explorer.pictures.requests import ImageRequest, Picture
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import FakeClassifier, FakeGenerator, fake_card
from tests.store.drawer import generator, is_withheld, requests, same

GENDER = find_axis("gender")
INSTRUMENTS = {axis.name: instrument_name("fake-clip", axis) for axis in load_axes()}


def judge(store: Store, asked: tuple[ImageRequest, ...]) -> None:
    pictures = [store.load(request) for request in asked if not is_withheld(request)]
    store.save_perceptions(FakeClassifier().classify_all(pictures, load_axes()))


@pytest.fixture
def asked() -> tuple[ImageRequest, ...]:
    return requests(12)


@pytest.fixture
def drawn(store: Store, asked: tuple[ImageRequest, ...]) -> Store:
    store.save(generator().draw(asked))
    return store


def test_an_empty_store_misses_everything_in_order(
    store: Store, asked: tuple[ImageRequest, ...]
) -> None:
    assert store.missing(asked) == asked


def test_what_is_stored_is_not_missing(drawn: Store, asked: tuple[ImageRequest, ...]) -> None:
    assert drawn.missing(asked) == ()
    more = requests(14)
    assert drawn.missing(more) == more[12:]


def test_a_second_opening_finds_what_the_first_stored(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    drawn.close()
    again = Store.open(drawn.root)
    assert again.missing(asked) == ()
    again.close()


def test_prompts_with_the_same_words_share_one_picture(store: Store) -> None:
    spec = fake_card().spec
    twins = (
        ImageRequest(spec, Prompt("author", "honest"), 0),
        ImageRequest(spec, Prompt("honest author"), 0),
    )
    assert len(store.missing(twins)) == 1
    store.save(FakeGenerator().draw(twins))
    assert store.missing(twins) == ()
    assert store.size().pictures == 1
    assert [seen.request for seen in store.observations(twins, {})] == list(twins)


def test_pixels_come_back_exactly(store: Store, asked: tuple[ImageRequest, ...]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (40, 24, 3), dtype=np.uint8)
    store.save([Picture(asked[0], noise)])
    loaded = store.load(asked[0]).pixels
    assert loaded is not None
    assert loaded.dtype == np.uint8
    assert np.array_equal(loaded, noise)


def test_a_withheld_picture_is_a_row_with_a_reason_and_no_file(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    withheld = asked[3]
    assert drawn.load(withheld) == Picture(withheld, None, "safety filter")
    assert not drawn.image_path(withheld.key).exists()
    assert not drawn.thumbnail_path(withheld.key).exists()
    assert drawn.observations([withheld], INSTRUMENTS)[0].withheld == "safety filter"
    assert drawn.size().withheld == 1


def test_a_picture_that_is_not_stored_cannot_be_loaded(
    store: Store, asked: tuple[ImageRequest, ...]
) -> None:
    with pytest.raises(StoreError, match=r"'Photo portrait of an honest author'.*Draw it first"):
        store.load(asked[0])


def test_saving_again_leaves_the_first_picture(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    before = drawn.load(asked[0])
    other = np.zeros((32, 32, 3), dtype=np.uint8)
    drawn.save([Picture(asked[0], other)])
    assert same(drawn.load(asked[0]), before)
    assert drawn.size().pictures == len(asked)


def test_saving_leaves_no_partial_files(drawn: Store) -> None:
    assert list((drawn.root / "partial").iterdir()) == []


def test_pictures_are_drawn_only_as_far_as_they_are_saved(store: Store) -> None:
    fake = generator()
    fake.fail_after, fake.error = 40, RuntimeError("stopped")
    with pytest.raises(RuntimeError, match="stopped"):
        store.save(fake.draw(requests(64)))
    assert len(store.missing(requests(64))) == 32


def test_stored_pictures_wait_to_be_judged_and_withheld_ones_do_not(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    shown = tuple(request for request in asked if not is_withheld(request))
    assert drawn.unjudged(asked, "gender", INSTRUMENTS["gender"]) == shown
    judge(drawn, shown[:4])
    assert drawn.unjudged(asked, "gender", INSTRUMENTS["gender"]) == shown[4:]
    assert drawn.unjudged(asked, "gender", "another") == shown


def test_observations_hold_what_the_instruments_saw(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    judge(drawn, asked)
    observations = drawn.observations((*asked, *requests(2, "fake-b")), INSTRUMENTS)
    assert [seen.request for seen in observations] == list(asked)
    expected = FakeClassifier().classify([drawn.load(asked[5])], GENDER)
    assert observations[5].perceptions["gender"] == next(expected)
    assert set(observations[5].perceptions) == {"gender", "tone"}
    assert observations[3].perceptions == {}
    assert drawn.observations(asked, {"gender": "another"})[5].perceptions == {}


def test_a_later_judgement_replaces_the_earlier_one(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    first = Perception(asked[0].key, "gender", "x#1", None, "unsure", (0.5, 0.5))
    second = replace(first, label="feminine", reason=None, scores=(1 / 3 + 0.5, 1 / 6))
    drawn.save_perceptions([first])
    drawn.save_perceptions([second])
    assert drawn.observations(asked[:1], {"gender": "x#1"})[0].perceptions == {"gender": second}


def test_scores_that_are_no_numbers_come_back_as_such(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    nan = Perception(asked[0].key, "gender", "x#1", None, "no score", (float("nan"), 0.5))
    drawn.save_perceptions([nan])
    (seen,) = drawn.observations(asked[:1], {"gender": "x#1"})
    assert np.isnan(seen.perceptions["gender"].scores[0])


def test_others_may_write_while_pictures_are_being_judged(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    def slowly() -> Iterator[Perception]:
        with closing(Store.open(drawn.root, busy_seconds=0.05)) as other:
            other.save(generator().draw(requests(13)[12:]))
        yield Perception(asked[0].key, "gender", "x#1", "feminine", None, (1.0, 0.0))

    drawn.save_perceptions(slowly())
    assert drawn.missing(requests(13)) == ()


def test_a_judgement_of_an_unknown_picture_is_not_kept(store: Store) -> None:
    store.save_perceptions([Perception("0" * 64, "gender", "x#1", None, "unsure", (0.5, 0.5))])
    assert store.size().perceptions == 0


@pytest.mark.parametrize("damage", ["truncated", "empty", "noise", "exchanged", "gone", "a page"])
def test_a_damaged_picture_is_reported_forgotten_and_drawn_again(
    drawn: Store, asked: tuple[ImageRequest, ...], damage: str
) -> None:
    judge(drawn, asked)
    path = drawn.image_path(asked[0].key)
    harm(path, drawn.image_path(asked[1].key), damage)
    with pytest.raises(StoreCorrupt, match=rf"{asked[0].key}.*The next run draws it again"):
        drawn.load(asked[0])
    assert drawn.missing(asked) == asked[:1]
    assert not path.exists()
    assert len(drawn.observations(asked, INSTRUMENTS)) == len(asked) - 1
    drawn.save(generator().draw(asked[:1]))
    assert drawn.missing(asked) == ()
    assert drawn.unjudged(asked, "gender", INSTRUMENTS["gender"]) == asked[:1]


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


@pytest.mark.parametrize("damage", ["truncated", "empty", "gone"])
def test_a_picture_of_another_size_is_missed_without_being_read(
    drawn: Store, asked: tuple[ImageRequest, ...], damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    harm(drawn.image_path(asked[0].key), drawn.image_path(asked[1].key), damage)
    with caplog.at_level(logging.WARNING):
        assert drawn.missing(asked) == asked[:1]
    assert asked[0].key in caplog.text
    assert "has been forgotten" in caplog.text


def test_a_picture_that_may_not_be_read_is_not_forgotten(
    drawn: Store, asked: tuple[ImageRequest, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(StoreError, match=r"cannot be read: Permission denied\. Give yourself"):
            drawn.load(asked[0])
    assert drawn.missing(asked) == ()


def test_a_lost_thumbnail_is_made_again(drawn: Store, asked: tuple[ImageRequest, ...]) -> None:
    path = drawn.thumbnail_path(asked[0].key)
    before = path.read_bytes()
    path.unlink()
    drawn.thumbnail_path(asked[1].key).write_bytes(b"")
    assert drawn.missing(asked) == ()
    assert path.read_bytes() == before
    assert drawn.thumbnail_path(asked[1].key).stat().st_size > 0


def test_a_lost_thumbnail_brings_a_damaged_picture_to_light(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    path = drawn.image_path(asked[0].key)
    path.write_bytes(bytes(path.stat().st_size))
    drawn.thumbnail_path(asked[0].key).unlink()
    assert drawn.missing(asked) == asked[:1]


def test_a_deleted_index_is_rebuilt_from_the_pictures(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    picture = drawn.load(asked[0])
    drawn.close()
    for path in drawn.root.glob("index.sqlite3*"):
        path.unlink()
    again = Store.open(drawn.root)
    assert again.missing(asked) == (asked[3],), "the withheld one has no file to rebuild from"
    assert same(again.load(asked[0]), picture)
    again.close()


def test_rebuilding_leaves_strange_files_alone(
    drawn: Store, asked: tuple[ImageRequest, ...], caplog: pytest.LogCaptureFixture
) -> None:
    drawn.close()
    (drawn.root / "index.sqlite3").unlink()
    strange = drawn.images_root / "00" / "holiday.webp"
    strange.parent.mkdir(exist_ok=True)
    strange.write_bytes(b"no picture")
    renamed = drawn.images_root / "00" / ("0" * 64 + ".webp")
    renamed.write_bytes(drawn.image_path(asked[0].key).read_bytes())
    (drawn.images_root / "notes.txt").write_text("mine")
    again = Store.open(drawn.root)
    assert again.size().pictures == len(asked) - 1
    assert "holiday.webp" in caplog.text
    assert strange.exists()
    again.close()


def test_the_picture_file_tells_what_was_asked_for(
    drawn: Store, asked: tuple[ImageRequest, ...]
) -> None:
    from PIL import Image

    with Image.open(drawn.image_path(asked[0].key)) as image:
        told = json.loads(image.getexif()[0x010E])
    assert told["request"]["prompt"]["profession"] == "author"
    assert told["request"]["model"]["name"] == "fake-a"


def test_what_made_the_pictures_is_kept_once(store: Store) -> None:
    spec = fake_card().spec
    first = Provenance(spec, (("gender", "x#1"),), __version__, "cpu", "torch 2.13.0")
    unknown = replace(first, device=None, libraries=None)
    for provenance in (first, unknown, first, unknown):
        store.record(provenance)
    assert set(store.provenance(spec)) == {first, unknown}
    assert len(store.provenance(spec)) == 2
    assert store.provenance(fake_card("fake-b").spec) == ()


def test_threads_that_draw_the_same_double_nothing(store: Store) -> None:
    asked = requests(60)

    def work(offset: int) -> int:
        for start in range(0, 60, 6):
            some = [asked[(offset + start + index) % 60] for index in range(6)]
            store.save(generator().draw(store.missing(some)))
            judge(store, tuple(some))
        return len(store.observations(asked, INSTRUMENTS))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8)))
    assert store.missing(asked) == ()
    size = store.size()
    assert (size.pictures, size.withheld, size.perceptions) == (60, 6, 54 * 2)
    assert len(list(store.images_root.glob("*/*"))) == 54


def test_size_counts_what_is_there(drawn: Store, asked: tuple[ImageRequest, ...]) -> None:
    files = drawn.images_root.glob("*/*.webp")
    assert drawn.size().pictures == len(asked)
    assert drawn.size().picture_bytes == sum(path.stat().st_size for path in files)
