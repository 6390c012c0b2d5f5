"""The look of Gradio's own parts: quiet, so that images and numbers stand out."""

import gradio as gr

from explorer.page.rendering import asset, style_sheet

_SCRIPTS = (
    "page.js",
    "grid.js",
    "images.js",
    "overlay.js",
    "blind.js",
    "keeping.js",
    "combobox.js",
    "annotating.js",
    "average.js",
    "languages.js",
    "overview.js",
    "terms.js",
    "embed.js",
    "tour.js",
)
_SANS = (
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Helvetica Neue",
    "Arial",
    "Liberation Sans",
    "sans-serif",
)
_MONO = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")

# The same values as in page.css, which Gradio's parts cannot see.
_INK, _SOFT, _LINE, _PAPER, _WASH = "#1c1e22", "#585d66", "#d9dce1", "#ffffff", "#f6f5f1"
_INK_DARK, _SOFT_DARK, _LINE_DARK = "#edebe6", "#a9adb5", "#3a3e45"
_PAPER_DARK, _WASH_DARK = "#141619", "#1d2024"


def theme() -> gr.themes.Base:
    """Return a theme without boxes, shadows or fonts from elsewhere."""
    return gr.themes.Base(font=_SANS, font_mono=_MONO, radius_size=gr.themes.sizes.radius_sm).set(
        **_colours(), **_shapes()
    )


def head() -> str:
    """Return our style sheet and scripts, for the head of the page."""
    scripts = "".join(f"<script>{asset(name)}</script>" for name in _SCRIPTS)
    return f"<style>{style_sheet()}</style>{scripts}"


def _colours() -> dict[str, str]:
    pairs = {
        "body_background_fill": (_PAPER, _PAPER_DARK),
        "body_text_color": (_INK, _INK_DARK),
        "body_text_color_subdued": (_SOFT, _SOFT_DARK),
        "background_fill_primary": (_PAPER, _PAPER_DARK),
        "background_fill_secondary": (_WASH, _WASH_DARK),
        "border_color_primary": (_LINE, _LINE_DARK),
        "border_color_accent": (_INK, _INK_DARK),
        "color_accent_soft": (_WASH, _WASH_DARK),
        "block_background_fill": ("transparent", "transparent"),
        "block_label_text_color": (_SOFT, _SOFT_DARK),
        "block_title_text_color": (_SOFT, _SOFT_DARK),
        "block_info_text_color": (_SOFT, _SOFT_DARK),
        "input_background_fill": (_PAPER, _PAPER_DARK),
        "input_border_color": ("#8b9099", "#6d737c"),
        "input_border_color_focus": (_INK, _INK_DARK),
        "input_placeholder_color": (_SOFT, _SOFT_DARK),
        "button_primary_background_fill": (_INK, _INK_DARK),
        "button_primary_background_fill_hover": ("#000000", "#ffffff"),
        "button_primary_text_color": (_PAPER, _PAPER_DARK),
        "button_primary_border_color": (_INK, _INK_DARK),
        "button_secondary_background_fill": (_PAPER, _PAPER_DARK),
        "button_secondary_background_fill_hover": (_WASH, _WASH_DARK),
        "button_secondary_text_color": (_INK, _INK_DARK),
        "button_secondary_border_color": ("#8b9099", "#6d737c"),
        "link_text_color": (_INK, _INK_DARK),
    }
    light = {name: light for name, (light, _) in pairs.items()}
    return light | {f"{name}_dark": dark for name, (_, dark) in pairs.items()}


def _shapes() -> dict[str, str]:
    return {
        "block_border_width": "0px",
        "block_shadow": "none",
        "block_padding": "0px",
        "block_title_text_size": "13px",
        "block_title_text_weight": "400",
        "block_label_text_size": "13px",
        "form_gap_width": "16px",
        "input_border_width": "1px",
        "input_shadow": "none",
        "input_text_size": "15px",
        "button_large_padding": "9px 18px",
        "button_large_text_size": "15px",
        "button_large_text_weight": "600",
        "button_border_width": "1px",
        "layout_gap": "14px",
    }
