"""Studies as Parquet files: images, requests and perceptions."""

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData, StoreCorrupt
from explorer.perception.axes import Perception
from explorer.perception.instruments import Instrument
from explorer.store import webp
from explorer.store.blobs import writing
from explorer.store.entries import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from explorer.models.requests import ImageRequest
    from explorer.store.index import Store
    from explorer.store.observations import Observation

_ROWS = 64
_FORMAT = {b"bias_explorer_study": b"2"}


def export_study(
    store: "Store",
    requests: "Iterable[ImageRequest]",
    instruments: "Mapping[str, Instrument]",
    path: Path,
) -> int:
    """Write the stored images of a study into one file, completely or not at all.

    Args:
        store: the store.
        requests: the images; those that are not stored are left out.
        instruments: the instruments of the perceptions to include, by axis name.
        path: the file; an existing one is replaced.

    Returns:
        The number of images in the file, including filtered ones.

    Raises:
        StoreCorrupt: an image is damaged; it is removed.
        StoreUnwritable: the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    observations = store.observations(requests, instruments)
    remaining = iter(observations)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with writing(path.parent):
        try:
            with parquet.ParquetWriter(partial, _schema(), compression="zstd") as writer:
                while some := list(islice(remaining, _ROWS)):
                    table = [_row(store, observation) for observation in some]
                    writer.write_table(pa.Table.from_pylist(table, schema=_schema()))
            _settle(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    return len(observations)


def import_study(store: "Store", path: Path) -> int:
    """Add a study to the store, pixel for pixel, without changing images already stored.

    Returns:
        The number of new images.

    Raises:
        InvalidData: the file is missing, damaged or not a study. Images before the damage are
            kept.
        StoreError: the store cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            if not _FORMAT.items() <= (file.schema_arrow.metadata or {}).items():
                raise _invalid(path, "it was not written by Bias Explorer")
            return store.save_entries(
                _entry(path, row) for table in file.iter_batches(_ROWS) for row in table.to_pylist()
            )
    except (OSError, pa.ArrowException) as error:
        raise _invalid(path, str(error)) from error


def _schema() -> "pa.Schema":
    import pyarrow as pa

    perception = [
        ("axis", pa.string()),
        ("instrument", pa.string()),
        ("label", pa.string()),
        ("reason", pa.string()),
        ("scores", pa.list_(pa.float64())),
    ]
    # Dataset viewers display a struct of bytes and path as an image.
    fields = [
        ("key", pa.string()),
        ("model", pa.string()),
        ("profession", pa.string()),
        ("adjective", pa.string()),
        ("prompt", pa.string()),
        ("replicate", pa.int32()),
        ("seed", pa.int64()),
        ("filtered", pa.string()),
        ("revised_prompt", pa.string()),
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("perceptions", pa.list_(pa.struct(perception))),
        ("request", pa.string()),
    ]
    return pa.schema(fields, metadata=_FORMAT)


def _row(store: "Store", observation: "Observation") -> dict[str, object]:
    request = observation.request
    image = store.entry(request).image
    return {
        "key": request.key,
        "model": request.model.name,
        "profession": request.prompt.profession,
        "adjective": request.prompt.adjective,
        "prompt": request.prompt.text,
        "replicate": request.replicate,
        "seed": request.seed,
        "filtered": observation.filtered,
        "revised_prompt": observation.revised,
        "image": image and {"bytes": image, "path": f"{request.key}.webp"},
        "perceptions": [_perception_fields(seen) for seen in observation.perceptions.values()],
        "request": webp.request_text(request),
    }


def _entry(path: Path, row: "dict[str, Any]") -> Entry:
    try:
        request = webp.read_request(row["request"])
        if request.key != row["key"]:
            raise _invalid(path, f"the image {row['key']!r} does not match its request")
        seen = tuple(_perception(request.key, fields) for fields in row["perceptions"])
        if row["image"] is None:
            return Entry(request, row["filtered"] or "no reason given", perceptions=seen)
        image = row["image"]["bytes"]
        pixels = webp.decode(image, request.key)
        revised = webp.describe(image, request.key).revised
    except (StoreCorrupt, KeyError, TypeError, ValueError) as error:
        raise _invalid(path, str(error)) from error
    thumbnail = webp.thumbnail(pixels)
    return Entry(request, None, webp.digest(pixels), image, thumbnail, seen, revised)


def _perception_fields(seen: Perception) -> dict[str, object]:
    return {
        "axis": seen.axis,
        "instrument": str(seen.instrument),
        "label": seen.label,
        "reason": seen.reason,
        "scores": seen.scores,
    }


def _perception(key: str, fields: "Mapping[str, Any]") -> Perception:
    read = {"instrument": Instrument.parse(fields["instrument"]), "scores": tuple(fields["scores"])}
    return Perception(key, **{**fields, **read})


def _settle(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _invalid(path: Path, what: str) -> InvalidData:
    return InvalidData(
        f"The study {str(path)!r} cannot be read: {what.rstrip('.')}. Export or download it again."
    )
