"""How varied images are stands beside how they are perceived; rows say what fills a cluster."""

from dataclasses import replace

import pytest

from explorer.findings.findings import Findings
from explorer.findings.likeness import (
    CLUSTER_COLUMNS,
    DIVERSITY_COLUMNS,
    NEIGHBOUR_COLUMNS,
    cluster_rows,
    diversities,
    diversity_rows,
    neighbour_rows,
)
from explorer.findings.likeness_sentences import (
    average_sentence,
    cluster_sentences,
    diversity_sentences,
)
from explorer.likeness.average import Average
from explorer.likeness.clusters import clusters
from explorer.likeness.nearest import nearest
from explorer.likeness.pool import pool
from explorer.statistics.diversity import mean_distance, vendi_score
from explorer.store.index import Store
from explorer.study import Study, run
from tests.fakes import FakeClassifier, FakeGenerator, fake_card

STUDY = Study(
    models=(fake_card("fake-a"), fake_card("fake-b")),
    professions=("author", "nurse"),
    adjectives=(None, "honest"),
    images=9,
)


@pytest.fixture
def findings(store: Store) -> Findings:
    """Return the findings of a study with one filtered image of each prompt."""
    generator = FakeGenerator(filtered=lambda request: request.replicate == 8)
    for _ in run(STUDY, store, lambda _: generator, FakeClassifier):
        pass
    return Findings(STUDY, store)


def test_each_profession_has_the_scores_of_its_images(store: Store, findings: Findings) -> None:
    rows = diversity_rows(diversities(findings, store, "profession"))
    assert [(row["model"], row["profession"]) for row in rows] == [
        (model, profession) for model in ("fake-a", "fake-b") for profession in STUDY.professions
    ]
    images = pool(replace(STUDY, models=STUDY.models[:1], professions=("nurse",)), store)
    score, distance = vendi_score(images.vectors), mean_distance(images.vectors)
    assert score is not None
    assert distance is not None
    row = rows[1]
    assert (row["images"], row["filtered"], row["missing"]) == (16, 2, 0)
    assert row["vendi_score"] == pytest.approx(score.estimate)
    assert (row["vendi_score_from"], row["vendi_score_to"]) == pytest.approx(
        (score.low, score.high)
    )
    assert row["distance"] == pytest.approx(distance.estimate)
    assert row["encoder"] == "fake-clip"
    assert tuple(sorted(row)) == tuple(sorted(DIVERSITY_COLUMNS))


def test_the_share_is_that_of_the_tallies(store: Store, findings: Findings) -> None:
    rows = diversity_rows(diversities(findings, store, "profession"))
    shares = [one.best("feminine") for one in findings.found("profession", "gender")]
    assert [row["feminine_share"] for row in rows] == [one and one.estimate for one in shares]


def test_fewer_than_ten_images_have_no_score_and_are_counted(
    store: Store, findings: Findings
) -> None:
    found = diversities(findings, store, "cell")
    assert {one.images for one in found} == {8}
    assert {row["vendi_score"] for row in diversity_rows(found)} == {None}
    assert "8 groups have fewer than 10 images" in " ".join(diversity_sentences(found))


def test_models_of_different_encoders_each_have_their_own(store: Store) -> None:
    other = fake_card("other", classifier="other-clip")
    mixed = replace(STUDY, models=(STUDY.models[0], other))
    found = diversities(Findings(mixed, store), store, "profession")
    assert [one.encoder for one in found] == ["fake-clip"] * 2 + ["other-clip"] * 2


@pytest.mark.usefixtures("findings")
def test_rows_of_a_cluster_add_up_for_each_kind_of_word(store: Store) -> None:
    found = clusters(pool(STUDY, store), 3)
    rows = cluster_rows(found)
    assert {tuple(row) for row in rows} == {CLUSTER_COLUMNS}
    assert [row["cluster"] for row in rows] == sorted(row["cluster"] for row in rows)  # type: ignore[type-var]
    for number, cluster in enumerate(found.clusters, start=1):
        for kind in ("model", "profession", "adjective"):
            of_kind = [row for row in rows if (row["cluster"], row["kind"]) == (number, kind)]
            assert sum(int(str(row["count"])) for row in of_kind) == len(cluster.images)
            assert sum(float(str(row["share"])) for row in of_kind) == pytest.approx(1)
    assert {row["share_of_all"] for row in rows if row["kind"] == "model"} == {0.5}


@pytest.mark.usefixtures("findings")
def test_rows_of_neighbours_tell_how_to_find_them(store: Store) -> None:
    images = pool(STUDY, store)
    rows = neighbour_rows(nearest(images, 0, 5))
    assert {tuple(row) for row in rows} == {NEIGHBOUR_COLUMNS}
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert images.images[images.place(str(rows[0]["key"]))].replicate == rows[0]["replicate"]


@pytest.mark.usefixtures("findings")
def test_sentences_say_how_the_number_of_clusters_came_about(store: Store) -> None:
    images = pool(STUDY, store)
    assert next(cluster_sentences(clusters(images))).endswith("that separates the images best.")
    assert next(cluster_sentences(clusters(images, 4))) == "4 clusters, as asked for."
    one = list(cluster_sentences(clusters(images, 1)))
    assert one[0].startswith("These images are not divided")
    assert one[-1] == "Clusters are of pictures, not of people. Nobody is given a label."


def test_an_average_says_how_many_images_were_aligned() -> None:
    made = Average(b"", 5, 3)
    told = average_sentence(made, 9, searched=True)
    assert told == "8 of 9 images: 5 aligned by the eyes, 3 as they are."
    assert average_sentence(made, 9, searched=False) == "8 of 9 images, as they are."
