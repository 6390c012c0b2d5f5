from dataclasses import replace

from explorer.findings.unusable import unusable, unusable_sentences
from explorer.models.requests import BLACK_IMAGE, DECODE_FAILURE, SAFETY_FILTER, Image
from explorer.store.index import Store
from explorer.study import Study
from tests.fakes import FakeGenerator, fake_card

CARD = fake_card()
HALF = replace(
    CARD,
    spec=replace(
        CARD.spec, name="fake-a (3 steps)", settings=replace(CARD.spec.diffusion, dtype="float16")
    ),
)


def _told(store: Store, study: Study, *reasons: str | None) -> list[str]:
    (card,) = study.models
    requests = study.requests(card)
    generated = FakeGenerator().generate(requests)
    store.save(
        Image(image.request, None if reason else image.pixels, reason)
        for image, reason in zip(generated, reasons, strict=True)
    )
    return list(unusable_sentences(card, unusable(study, store, card)))


def test_the_reasons_are_counted_and_the_remedy_is_named(store: Store) -> None:
    study = Study((HALF,), ("author",), images=4)
    told = _told(store, study, DECODE_FAILURE, BLACK_IMAGE, DECODE_FAILURE, None)
    found, remedy = told
    assert found.startswith("3 images of 'fake-a (3 steps)' are unusable: 2 have values that are")
    assert found.endswith("no numbers, 1 is black.")
    assert "choose the model 'fake-a (3 steps, float32)'" in remedy


def test_full_precision_is_no_remedy_where_it_failed(store: Store) -> None:
    study = Study((CARD,), ("author",), images=1)
    assert _told(store, study, BLACK_IMAGE) == [
        "1 image of 'fake-a' is unusable: 1 is black.",
        "Choose another scheduler or more steps, or a copy of the model with another VAE.",
    ]


def test_the_safety_filter_is_no_failure(store: Store) -> None:
    assert _told(store, Study((CARD,), ("author",), images=2), SAFETY_FILTER, None) == []
