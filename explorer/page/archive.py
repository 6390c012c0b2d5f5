"""The images of a choice in one ZIP file, with their prompts and a note on method and licence."""

import io
import re
from itertools import starmap
from typing import TYPE_CHECKING
from zipfile import ZipFile

from explorer import __version__
from explorer.csv_files import Style, write_csv
from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.tables import image_rows
from explorer.numbers import grouped
from explorer.page.choice import COMPARE, EXPLORE, parse
from explorer.page.file_names import file_name
from explorer.page.files import Download, download_route
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.datastructures import QueryParams
    from starlette.routing import Route

    from explorer.models.requests import ImageRequest
    from explorer.page.desk import Desk
    from explorer.store.observations import Observation
    from explorer.study import Study

MOST = 2000
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def archive_route(desk: "Desk") -> "Route":
    """Return the route of the images of a choice."""

    def make(asked: "QueryParams") -> Download:
        choice = parse(asked, COMPARE if asked.get("left") else EXPLORE)
        made = desk.study(choice)
        _require_few(made)
        return Download(
            file_name(made, "images", "zip"), "application/zip", _zipped(_files(desk, made))
        )

    return download_route("/zip/images.zip", make)


def _require_few(made: "Study") -> None:
    if made.size > MOST:
        raise InvalidData(
            _(
                "{number} images are chosen, and a ZIP file holds {most} at most. Choose fewer "
                "professions, adjectives or images."
            ).format(number=grouped(made.size), most=grouped(MOST))
        )


def _files(desk: "Desk", made: "Study") -> "Iterator[tuple[str, bytes]]":
    """Return the name and the content of each file.

    Raises:
        InvalidData: no image is stored.
    """
    findings = Findings(made, desk.store)
    stored = [one for card in made.models for one in findings.observations(card)]
    names = {
        one.request.key: _name(one.request, made)
        for one in stored
        if not one.filtered and _is_there(desk, one.request.key)
    }
    if not names:
        raise InvalidData(_("None of these images is here yet. Generate them first."))
    return _each(desk, findings, stored, names)


def _is_there(desk: "Desk", key: str) -> bool:
    return desk.store.held(key) is not None or desk.store.image_path(key).is_file()


def _each(
    desk: "Desk", findings: Findings, stored: "Iterable[Observation]", names: dict[str, str]
) -> "Iterator[tuple[str, bytes]]":
    rows = image_rows(stored, findings.study.decided_on, findings.origins, names.get)
    text = io.StringIO()
    write_csv(rows, text, style=Style(byte_order_mark=True))
    yield "README.txt", _note(findings.study).encode()
    yield "prompts.csv", text.getvalue().encode("utf-8", "surrogateescape")
    for key, name in names.items():
        held = desk.store.held(key)
        yield name, desk.store.image_path(key).read_bytes() if held is None else held


def _name(request: "ImageRequest", made: "Study") -> str:
    """Return the place of an image: by model where there are several, profession, adjective."""
    prompt = request.prompt
    words = (prompt.profession, prompt.adjective or "no adjective")
    folders = (request.model.name, *words) if len(made.models) > 1 else words
    fit = (_UNFIT.sub("_", folder).strip(". ") or "_" for folder in folders)
    return "/".join((*fit, f"{request.replicate + 1:04}.webp"))


def _note(made: "Study") -> str:
    sentences = (
        _("Images by {models}, collected with Bias Explorer {version}.").format(
            models=", ".join(card.spec.name for card in made.models), version=__version__
        ),
        _(
            "The folders are named after profession and adjective; prompts.csv tells the prompt, "
            "the seed and the labels of each image. Filtered images have a line and no file."
        ),
        _(
            "Labels say how an image is perceived by a classifier, not who anybody is; "
            "docs/method.md tells how they are made and corrected."
        ),
        _(
            "The licence of each model says what its images may be used for. The bundled models "
            "were trained on emoji art; NOTICE names its authors and licences."
        ),
    )
    return "\n\n".join(sentences) + "\n"


class _Pipe(io.RawIOBase):
    """Takes what is written, until it is fetched."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def fetched(self) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        return data


def _zipped(files: "Iterable[tuple[str, bytes]]") -> "Iterator[bytes]":
    """Yield a ZIP file piece by piece; images are compressed already."""
    pipe = _Pipe()
    with ZipFile(pipe, "w") as archive:
        for _done in starmap(archive.writestr, files):
            yield pipe.fetched()
    yield pipe.fetched()
