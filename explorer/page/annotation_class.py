"""The board of those who annotate one sample: how far each is, and where a class is divided."""

from typing import TYPE_CHECKING

from explorer.annotation.groups import agreed, divided, members, of_group
from explorer.page.rendering import render
from explorer.store.blobs import file_name

if TYPE_CHECKING:
    from explorer.page.annotation_task import Task
    from explorer.page.desk import Desk

_DIVIDED_SHOWN = 12


def board(desk: "Desk", task: "Task") -> str:
    """Return the annotators of the sample and the joint answers of a class, as HTML.

    Names are shown at home alone: in public, nobody reads who has annotated.
    """
    said = of_group(task.everybody, task.asked.group)
    if not said or desk.settings.is_public:
        return ""
    answers = {one.image: one.answer for one in task.sample}
    same, both = agreed(said, answers)
    return render(
        "annotation_board.html",
        group=task.asked.group,
        members=members(said, task.asked.group),
        total=len(task.sample),
        annotations=len(said),
        images=len({one.image for one in said}),
        same=same,
        both=both,
        divided=[(file_name(one.image), one.said) for one in divided(said, _DIVIDED_SHOWN)]
        if task.asked.group
        else [],
    )
