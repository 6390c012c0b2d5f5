"""The fields of a view and the choice that they stand for."""

from dataclasses import replace

import gradio as gr
import pytest

from explorer.page.choice import COMPARE, EXPLORE
from explorer.page.desk import Desk
from explorer.page.form import ONE_PROFESSION, form


@pytest.mark.parametrize("others", [(), ("third",), ("third", "fourth")])
def test_two_to_four_models_come_back_from_the_fields_of_compare(
    desk: Desk, others: tuple[str, ...]
) -> None:
    with gr.Blocks():
        fields = form(desk.models, COMPARE, ("Model A", "Model B"), ONE_PROFESSION)
    choice = replace(COMPARE, models=(*COMPARE.models, *others))
    values = fields.values(choice)
    assert len(values) == len(fields.fields)
    assert fields.choice(values) == choice


def test_one_model_is_chosen_in_explore(desk: Desk) -> None:
    with gr.Blocks():
        fields = form(desk.models, EXPLORE, ("Model",), ONE_PROFESSION)
    assert not fields.further
    assert fields.choice(fields.values(EXPLORE)) == EXPLORE
