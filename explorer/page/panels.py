"""What each tab of Explore and of Compare shows; a tab that is not listed is hidden."""

from typing import TYPE_CHECKING

from explorer.page import compare_statistics, images, statistics
from explorer.page.choice import IMAGES_TAB, STATISTICS, professions

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.page.arrangement import Panel
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk


def _compared(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the images of one profession; of several, the differences that lead to them."""
    one = len(professions(choice)) == 1
    return (images.panel if one else compare_statistics.plots_panel)(desk, choice, findings)


EXPLORE_PANELS: "dict[str, Panel]" = {
    IMAGES_TAB: images.panel,
    STATISTICS: statistics.panel,
}
COMPARE_PANELS: "dict[str, Panel]" = {
    IMAGES_TAB: _compared,
    STATISTICS: compare_statistics.panel,
}
