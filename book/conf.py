"""How Sphinx makes the web book. It is run by `make book`, which lays out the sources first."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tools"), str(HERE.parent)]

import links  # noqa: E402

address = links.published_address()

project = "How a neural network works"
author = "The nnlib authors"
copyright = "the nnlib authors: text and figures CC BY 4.0, code MIT"
language = "en_GB"
smartquotes = False  # what the notebooks say, letter by letter

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_copybutton",
    "extension",
]

# The notebooks have their outputs: nothing is run.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "extension.jupyter_anchor"

autodoc_typehints = "none"  # the docstrings name the shapes, which types cannot
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

mathjax_path = "mathjax/startup.js"
mathjax3_config = {
    "loader": {"load": ["core", "input/tex", "output/chtml", "a11y/assistive-mml"]},
    "options": {"processHtmlClass": "tex2jax_process|mathjax_process|math|output_area"},
}

html_theme = "sphinx_book_theme"
html_title = project
html_baseurl = links.book(address)
html_favicon = "static/favicon.svg"
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["book.css"]
html_js_files = [("book.js", {"defer": "defer"})]
html_context = {"default_mode": "auto"}
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],
    "toc_title": "On this page",
    "home_page_in_toc": False,
    "extra_footer": f'<a href="{address}">The source of this book</a>',
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
exclude_patterns = ["extra"]
toc_object_entries = False
copybutton_exclude = ".linenos, .gp, .go"

suppress_warnings = ["myst.header"]  # a test of the notebooks holds the order of the headings
