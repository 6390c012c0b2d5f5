"""What each tab of Explore and of Compare shows; a tab that is not listed is hidden."""

from typing import TYPE_CHECKING

from explorer.page import average, compare_statistics, diversity, images, neighbours, statistics
from explorer.page.choice import AVERAGE, IMAGES_TAB, NEIGHBOURS, STATISTICS, professions

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.page.arrangement import Panel
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk


def _compared(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the images of one profession; of several, the differences that lead to them."""
    one = len(professions(choice)) == 1
    return (images.panel if one else compare_statistics.plots_panel)(desk, choice, findings)


def _likeness(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the average images, and how varied those behind them are."""
    return average.panel(desk, choice, findings) + diversity.panel(desk, choice, findings)


EXPLORE_PANELS: "dict[str, Panel]" = {
    IMAGES_TAB: images.panel,
    AVERAGE: _likeness,
    NEIGHBOURS: neighbours.panel,
    STATISTICS: statistics.panel,
}
COMPARE_PANELS: "dict[str, Panel]" = {
    IMAGES_TAB: _compared,
    AVERAGE: _likeness,
    NEIGHBOURS: neighbours.panel,
    STATISTICS: compare_statistics.panel,
}
