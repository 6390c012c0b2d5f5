"""Who may use the page, and the rules that its operator sets for visitors."""

import os
import re
from dataclasses import dataclass, field
from enum import StrEnum

from explorer.environment import names, number, whole
from explorer.errors import InvalidData
from explorer.translations import gettext as _

# Of a public page, whose visitors fill the disk of somebody else.
_PUBLIC_GB = 5.0


class Mode(StrEnum):
    """Who may use the page: its owner at home, or anybody, with or without generating images."""

    HOME = "home"
    PUBLIC = "public"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's rules for visitors of a page; those of numbers count where it is public.

    `models` are those of the Hub that are offered beside the bundled ones. A run generates at most
    `run_images`, and all runs of a visitor `day_images` a day. Images take at most `disk_gb`, None
    for no limit. `accounts` are names with passwords, and `oauth` says whether people sign in with
    the Hub. Only annotations by the `trusted` correct shares; None trusts everybody. `proxies` is
    the number of proxies in front of the page whose word on a visitor's address is taken.
    """

    models: tuple[str, ...] = ()
    run_images: int = 500
    day_images: int = 2000
    disk_gb: float | None = None
    accounts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    oauth: bool = False
    trusted: tuple[str, ...] | None = None
    proxies: int = 0


def page_mode() -> Mode:
    """Return the mode of EXPLORER_PUBLIC; without it, a Space is public."""
    said = os.environ.get("EXPLORER_PUBLIC", "").strip().lower()
    modes = {"0": Mode.HOME, "1": Mode.PUBLIC, "read-only": Mode.READ_ONLY}
    modes[""] = Mode.PUBLIC if "SPACE_ID" in os.environ else Mode.HOME
    if said not in modes:
        raise InvalidData(
            _("EXPLORER_PUBLIC is {said!r:.80}. Set it to '0', '1' or 'read-only'.").format(
                said=said
            )
        )
    return modes[said]


def page_rules(mode: Mode) -> Rules:
    """Return the rules of the environment; a public page has limits that nobody needs at home."""
    public, usual = mode is not Mode.HOME, Rules()
    trusted = names("EXPLORER_TRUSTED")
    return Rules(
        models=names("EXPLORER_MODELS"),
        run_images=whole("EXPLORER_RUN_IMAGES", usual.run_images),
        day_images=whole("EXPLORER_DAY_IMAGES", usual.day_images),
        disk_gb=number("EXPLORER_DISK_GB", _PUBLIC_GB) if public else None,
        accounts=tuple(map(_account, names("EXPLORER_AUTH"))),
        # A Space sets it where its front matter asks for sign-in.
        oauth="SPACE_ID" in os.environ and bool(os.environ.get("OAUTH_CLIENT_ID", "").strip()),
        trusted=trusted if public or trusted else None,
        proxies=_proxies(),
    )


def _account(text: str) -> tuple[str, str]:
    name, _colon, password = text.partition(":")
    if not name.strip() or not password:
        # The text is not quoted, because it may be a password.
        raise InvalidData(
            "EXPLORER_AUTH has an entry that is no name with a password. Set it to "
            "'name:password,name:password'; a password has no comma."
        )
    return name.strip(), password


def _proxies() -> int:
    said = os.environ.get("EXPLORER_PROXIES", "").strip()
    if not said:
        return int("SPACE_ID" in os.environ)
    if not re.fullmatch("[0-9]", said):
        raise InvalidData(f"EXPLORER_PROXIES is {said!r:.80}. Set it to a number from 0 to 9.")
    return int(said)
