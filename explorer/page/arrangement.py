"""The arrangement of a view of images: tabs, the finding in two lines, and the part shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.page.choice import IMAGES_TAB, address
from explorer.page.measured import measured
from explorer.page.navigation import image_tabs
from explorer.page.rendering import render
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.study import Study

Panel = Callable[["Desk", "Choice", "Findings"], str]
# The addresses that links of the top bar lead to, by the names of the pages.
Links = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding: its headline, and the few lines below it."""

    headline: str
    lines: tuple[str, ...]


def arranged(
    desk: "Desk",
    choice: "Choice",
    findings: "Findings",
    told: "Callable[[Choice, Findings], Told]",
    panels: "Mapping[str, Panel]",
    links: "Links",
) -> str:
    """Return a view of images.

    Args:
        desk: store, models and runs.
        choice: what is chosen; its tab is the part shown.
        findings: all findings of its study.
        told: returns the finding.
        panels: what each tab shows; a tab without one is hidden.
        links: where the top bar leads to, so that the choice is kept.
    """
    study = findings.study
    tab = choice.tab if choice.tab in panels else IMAGES_TAB
    # The part comes first: images that it finds damaged are forgotten and not counted above.
    panel = panels[tab](desk, choice, findings)
    return render(
        "arrangement.html",
        address=address(choice),
        links=links,
        tabs_of_view=image_tabs(choice, panels, pronouns=len(study.models) == 1),
        cards=study.models,
        prompt=prompt_text(study),
        measured=measured(choice, study),
        told=told(choice, findings),
        panel=panel,
    )


def prompt_text(study: "Study") -> str:
    """Return the prompt, with placeholders where there are several professions."""
    if len(study.professions) > 1:
        return study.template
    adjective = study.adjectives[0] if len(study.adjectives) == 1 else None
    return Prompt(study.professions[0], adjective, study.template).text
