"""How varied the images of each cell are beside its tally, and rows of clusters and neighbours."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.findings.tables import uncounted_columns, word_columns
from explorer.findings.tallies import cells
from explorer.likeness.pool import pool
from explorer.perception.axes import FEMININE, GENDER
from explorer.statistics.diversity import mean_distance, vendi_score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.corrected import Finding
    from explorer.findings.findings import Findings
    from explorer.findings.tables import Row
    from explorer.findings.tallies import By
    from explorer.likeness.clusters import Clusters
    from explorer.likeness.nearest import Near
    from explorer.likeness.pool import Pool
    from explorer.models.catalog import ModelCard
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store

NEIGHBOUR_COLUMNS = (
    *("rank", "distance", "model", "profession", "adjective", "prompt", "replicate", "seed"),
    "key",
)
CLUSTER_COLUMNS = ("cluster", "images", "kind", "word", "count", "share", "share_of_all")
DIVERSITY_COLUMNS = (
    *("model", "profession", "adjective", "adjective_coding", "images", "vendi_score"),
    *("vendi_score_from", "vendi_score_to", "distance", "distance_from", "distance_to"),
    *("feminine_share", "feminine_low", "feminine_high", "classified"),
    *("abstained", "filtered", "unclassified", "missing", "encoder"),
)


@dataclass(frozen=True, slots=True)
class Diverse:
    """A finding on gender, and how varied those of its images are that are encoded.

    `score` is the effective number of different images, `distance` the mean distance of two of
    them; both are None with fewer than ten images.
    """

    finding: "Finding"
    images: int
    score: "Interval | None"
    distance: "Interval | None"
    encoder: str


def diversities(findings: "Findings", store: "Store", by: "By") -> tuple[Diverse, ...]:
    """Return the diversity of the images of each cell, model by model."""
    found = {one.tally.cell: one for one in findings.found(by, GENDER)}
    study = findings.study
    return tuple(
        _diverse(found[cell], of_model, frozenset(texts), study.level)
        for card in study.models
        for of_model in [_of_one(findings, store, card)]
        for cell, texts in cells(study, card, by).items()
    )


def diversity_rows(found: "Iterable[Diverse]") -> "list[Row]":
    """Return one row for each cell.

    Columns:
        model, profession, adjective, adjective_coding: the cell; "(all)" where words are counted
            together.
        images: the images that are encoded, which the scores are about.
        vendi_score, vendi_score_from, vendi_score_to: the effective number of different images,
            from 1 to their number, and the limits of its interval.
        distance, distance_from, distance_to: the mean cosine distance of two images, and its
            limits.
        feminine_share, feminine_low, feminine_high: the share perceived as feminine, corrected
            where possible, and its limits.
        classified, abstained, filtered, unclassified, missing: as in tallies.
        encoder: the classifier whose embeddings these are.
    """
    return [
        {
            **word_columns(one.finding.tally),
            "images": one.images,
            **_interval("vendi_score", one.score),
            **_interval("distance", one.distance),
            **_feminine(one.finding),
            "classified": one.finding.tally.classified,
            **uncounted_columns(one.finding.tally),
            "encoder": one.encoder,
        }
        for one in found
    ]


def cluster_rows(found: "Clusters") -> "list[Row]":
    """Return one row for each word that fills a cluster.

    Columns:
        cluster, images: the number of the cluster, from 1 for the largest, and of its images.
        kind, word: "model", "profession" or "adjective", and which one; no word stands for no
            adjective.
        count, share: its images in this cluster, and their share of it, 0..1.
        share_of_all: the share of the word among the images of all clusters, 0..1.
    """
    return [row for number, _ in enumerate(found.clusters) for row in _cluster_rows(found, number)]


def neighbour_rows(found: "Iterable[Near]") -> "list[Row]":
    """Return one row for each neighbour, the nearest first; a replicate counts from 0."""
    return [
        {
            "rank": rank,
            "distance": near.distance,
            "model": near.image.model.name,
            "profession": near.image.prompt.profession,
            "adjective": near.image.prompt.adjective,
            "prompt": near.image.prompt.text,
            "replicate": near.image.replicate,
            "seed": near.image.seed,
            "key": near.image.key,
        }
        for rank, near in enumerate(found, start=1)
    ]


def _of_one(findings: "Findings", store: "Store", card: "ModelCard") -> "Pool":
    """Return the images of one model: those of another may be encoded by another classifier."""
    return pool(replace(findings.study, models=(card,)), store)


def _diverse(finding: "Finding", of_model: "Pool", texts: frozenset[str], level: float) -> Diverse:
    places = [at for at, image in enumerate(of_model.images) if image.prompt.text in texts]
    rows = of_model.vectors[places]
    return Diverse(
        finding,
        len(places),
        vendi_score(rows, level),
        mean_distance(rows, level),
        str(of_model.encoder),
    )


def _interval(name: str, found: "Interval | None") -> "Row":
    return {
        name: found.estimate if found else None,
        f"{name}_from": found.low if found else None,
        f"{name}_to": found.high if found else None,
    }


def _feminine(finding: "Finding") -> "Row":
    share = finding.best(FEMININE)
    return {
        "feminine_share": share.estimate if share else None,
        "feminine_low": share.low if share else None,
        "feminine_high": share.high if share else None,
    }


def _cluster_rows(found: "Clusters", number: int) -> "Iterator[Row]":
    cluster = found.clusters[number]
    every = sum(len(one.images) for one in found.clusters)
    for kind, attribute in (
        ("model", "models"),
        ("profession", "professions"),
        ("adjective", "adjectives"),
    ):
        for word, count in getattr(cluster, attribute).most_common():
            of_word = sum(getattr(one, attribute)[word] for one in found.clusters)
            yield {
                "cluster": number + 1,
                "images": len(cluster.images),
                "kind": kind,
                "word": word,
                "count": count,
                "share": count / len(cluster.images),
                "share_of_all": of_word / every,
            }
