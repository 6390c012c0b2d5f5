"""A card can be cited, in a sentence and in BibTeX."""

from dataclasses import replace

from explorer.report.card import Card
from explorer.report.citation import bibtex, plain


def test_a_citation_names_tool_model_version_and_date(card: Card) -> None:
    text = plain(card)
    assert text.startswith("Bias Explorer ")
    for part in (card.model.name, card.model.revision, card.made_on):
        assert part in text


def test_bibtex_keeps_its_own_signs_apart(card: Card) -> None:
    odd = replace(card, model=replace(card.model, name="owner/a_model&{more}"))
    entry = bibtex(odd)
    assert entry.startswith(f"@misc{{bias-explorer-owner-a-model-more-{card.made_on[:4]},\n")
    assert r"Report card of owner/a\_model\&\{more\}" in entry
    assert entry.count("{") - entry.count("}") == 0
    assert f"  year = {{{card.made_on[:4]}}}" in entry
