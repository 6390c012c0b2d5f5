"""Fill the HTML templates; whatever comes from people is escaped there, always."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from explorer.page.pace import duration


def render(template: str, **values: object) -> str:
    """Fill one template of explorer/page/templates."""
    return _environment().get_template(template).render(values)


def asset(name: str) -> str:
    """Return the text of page.css or page.js."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": _percent,
        "place": _place,
        "points": _points,
        "duration": duration,
    }
    return environment


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _place(share: float) -> str:
    return f"{100 * share:.2f}%"


def _points(difference: float) -> str:
    whole = round(100 * difference)
    return f"{whole:+d}".replace("-", "\N{MINUS SIGN}") if whole else "0"
