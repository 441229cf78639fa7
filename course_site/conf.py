"""Sphinx's configuration of the course site. make.py runs Sphinx on build/site-source, where it puts the pages."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
sys.path.insert(0, str(HERE))

project = "Chainrule"
author = "the authors of Chainrule"
copyright = "the authors of Chainrule, MIT licence"
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinxcontrib.katex",
    "notfound.extension",
    "extension",
]
root_doc = "index"
source_suffix = {".md": "markdown"}
templates_path = ["templates"]
default_role = "code"

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "attrs_inline", "attrs_block"]
myst_dmath_double_inline = True
myst_heading_anchors = 3
myst_update_mathjax = False

# Formulas are typeset when the site is built: pages need KaTeX's CSS and fonts, and no script.
html_math_renderer = "katex"
katex_prerender = True
katex_css_path = "katex/katex.min.css"

# A host shows the 404 page at any address, so its links cannot be relative: they begin where the site lies on its host.
notfound_urls_prefix = os.environ.get("CHAINRULE_SITE_PATH", "/")

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Returns", "params_style")]

html_theme = "pydata_sphinx_theme"
html_title = "Chainrule"
html_short_title = "Chainrule"
html_favicon = "static/favicon.svg"
html_static_path = ["static", str(BUILD / "site-static")]
html_extra_path = [str(BUILD / "site-app")]
html_css_files = ["chainrule.css"]  # and those of app/, see extension/assets.py
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "logo": {
        "text": "chainrule",
        "image_light": "static/mark.svg",
        "image_dark": "static/mark-dark.svg",
        "alt_text": "",
    },
    "navbar_align": "left",
    "navbar_center": ["navbar-nav"],
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "header_links_before_dropdown": 6,
    "article_header_start": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "404": [], "search": []},
    "show_prev_next": True,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "search_bar_text": "Search the course …",
    "back_to_top_button": False,
    "surface_warnings": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"**": ["sidebar-nav-bs.html"], "index": [], "search": [], "404": []}
html_domain_indices = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_selector = "div:not(.stub) > div.highlight > pre"
