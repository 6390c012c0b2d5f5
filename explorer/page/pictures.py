"""The image of a shared link: its finding in words, and the first images it is about."""

import io
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from explorer.numbers import percentage
from explorer.page.shared import TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.page.shared import Shared
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store

WIDTH, HEIGHT = 1200, 630
_EDGE, _GAP = 60, 10
_PAPER, _INK, _SOFT, _LINE, _MARK = "#ffffff", "#1c1e22", "#585d66", "#d9dce1", "#0d7268"
# The side of the square with the images, and the width of the words beside it.
_SQUARE = HEIGHT - 2 * _EDGE
_BESIDE = WIDTH - 3 * _EDGE - _SQUARE
_SIZES = (48, 42, 36, 31, 26)
_NOTES = (24, 22, 20)
# They have letters of most scripts; Pillow brings one for Latin along.
_FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf")


def picture(shared: "Shared", store: "Store") -> bytes:
    """Return the image as PNG; places of images that are not there stay empty."""
    made = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(made)
    width = _BESIDE if shared.sides else WIDTH - 2 * _EDGE
    draw.text((_EDGE, _EDGE - 8), TITLE, _INK, _font(30))
    bottom = _words(draw, shared.sentence, width, _EDGE + 62, 290 if shared.share else 350)
    if shared.share:
        _draw_share(draw, shared.share, width, bottom + 26)
        bottom += 80
    note = _fitted(shared.note, width, HEIGHT - _EDGE - bottom - 20, _NOTES)
    draw.multiline_text((_EDGE, bottom + 20), note[1], _SOFT, _font(note[0]), spacing=6)
    for key, box in _places([keys for _name, keys in shared.sides]):
        _draw_image(made, draw, _thumbnail(store, key), box)
    if len(shared.sides) > 1:
        _name_sides(draw, [name for name, _keys in shared.sides])
    written = io.BytesIO()
    made.save(written, "PNG")
    return written.getvalue()


def _words(draw: ImageDraw.ImageDraw, text: str, width: int, top: int, height: int) -> int:
    """Write the sentence as large as it fits, and return where it ends."""
    size, lines = _fitted(text, width, height, _SIZES)
    draw.multiline_text((_EDGE, top), lines, _INK, _font(size), spacing=10)
    return round(draw.multiline_textbbox((_EDGE, top), lines, _font(size), spacing=10)[3])


def _fitted(text: str, width: int, height: int, sizes: tuple[int, ...]) -> tuple[int, str]:
    """Return the largest size in which a text fits, and its lines; the last ones may be lost."""
    for size in sizes:
        lines = list(_lines(text, width, size))
        room = max(1, int(height / (1.3 * size)))
        if len(lines) <= room:
            return size, "\n".join(lines)
    kept = lines[:room]
    kept[-1] = kept[-1][:-1] + "\N{HORIZONTAL ELLIPSIS}"
    return size, "\n".join(kept)


def _lines(text: str, width: int, size: int) -> "Iterator[str]":
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and _font(size).getlength(longer) > width:
            yield line
            longer = word
        # A word that is too long for a line, such as a hub id.
        while _font(size).getlength(longer) > width:
            fits = next(
                n for n in range(len(longer), 0, -1) if _font(size).getlength(longer[:n]) <= width
            )
            yield longer[:fits]
            longer = longer[fits:]
        line = longer
    yield line


def _draw_share(draw: ImageDraw.ImageDraw, share: "Interval", width: int, top: int) -> None:
    def place(value: float) -> float:
        return _EDGE + 8 + value * (width - 16)

    for tick in (0, 0.5, 1):
        draw.line([(place(tick), top - 10), (place(tick), top + 10)], _LINE, 2)
        draw.text((place(tick), top + 16), percentage(tick), _SOFT, _font(17), "ma")
    draw.line([(place(0), top), (place(1), top)], _LINE, 2)
    draw.line([(place(share.low), top), (place(share.high), top)], _MARK, 7)
    draw.circle((place(share.estimate), top), 11, _MARK, _PAPER, 2)


def _places(sides: "list[tuple[str, ...]]") -> "Iterator[tuple[str, tuple[int, int, int]]]":
    """Yield each image with its left, its top and its size; two models stand side by side."""
    left, top = WIDTH - _EDGE - _SQUARE, _EDGE
    columns = 3 if len(sides) == 1 else 2
    room = (_SQUARE - (len(sides) - 1) * 2 * _GAP) // len(sides) if sides else 0
    size = min((room - (columns - 1) * _GAP) // columns, (_SQUARE - 2 * _GAP) // 3)
    for side, keys in enumerate(sides):
        start = left + side * (room + 2 * _GAP)
        for number, key in enumerate(keys[: 3 * columns]):
            row, column = divmod(number, columns)
            step = size + _GAP
            yield key, (start + column * step, top + row * step, size)


def _name_sides(draw: ImageDraw.ImageDraw, names: list[str]) -> None:
    """Write the name of each model below its images."""
    room = _SQUARE // len(names)
    for side, name in enumerate(names):
        size, lines = _fitted(name, room - 2 * _GAP, 60, _NOTES)
        place = WIDTH - _EDGE - _SQUARE + side * (room + _GAP), _EDGE + 3 * (room // 2) + 2 * _GAP
        draw.multiline_text(place, lines, _SOFT, _font(size))


def _draw_image(
    made: Image.Image,
    draw: ImageDraw.ImageDraw,
    thumbnail: Image.Image | None,
    box: tuple[int, int, int],
) -> None:
    left, top, size = box
    if thumbnail is None:
        draw.rectangle((left, top, left + size - 1, top + size - 1), None, _LINE, 2)
    else:
        made.paste(thumbnail.resize((size, size), Image.Resampling.LANCZOS), (left, top))


def _thumbnail(store: "Store", key: str) -> Image.Image | None:
    path = store.thumbnail_path(key)
    held = path.read_bytes() if path.is_file() else store.held(key)
    try:
        return Image.open(io.BytesIO(held)).convert("RGB") if held else None
    except (OSError, UnidentifiedImageError):
        # A damaged file is an empty place here; whoever looks at the view is told.
        return None


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
