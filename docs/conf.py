"""How ``make docs`` builds the site. The pages' code runs while they are built; their pictures are what it drew."""

import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

import edgewise

project = "edgewise"
copyright = "The edgewise authors"
version = release = edgewise.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "differences", "mathml", "public_names"]
exclude_patterns = ["extensions"]

# Pages. An example that fails fails the build; a cell takes seconds, so one of two minutes hangs.
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # what is kept from an older build may no longer be true
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "image/gif", 0)]

# The kernel's settings stand in a folder of our own, so that a reader's IPython profile changes no page.
_profile = HERE.parent / "build" / "ipython" / "profile_default"
_profile.mkdir(parents=True, exist_ok=True)
(_profile / "ipython_kernel_config.py").write_text(
    """
c.IPKernelApp.log_level = "ERROR"
c.IPKernelApp.exec_lines = ["import warnings; warnings.filterwarnings('ignore', message='IProgress not found')"]
c.InlineBackend.figure_formats = {"svg"}
c.HistoryManager.enabled = False
"""
)
os.environ["IPYTHONDIR"] = str(_profile.parent)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # small graphs; and no waiting for each other on a busy machine
os.environ["EDGEWISE_OFFLINE"] = "1"  # pages need no network

# Entries of the API, from docstrings.
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # shapes and meanings stand in the text; jaxtyping's signatures are long
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Attributes", "params_style")]  # else the underscore of model_ is lost
napoleon_use_rtype = False
add_module_names = False
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 100
warnings.filterwarnings("ignore", category=DeprecationWarning, module="torch")

# Nitpicking finds links of ours that lead nowhere. Of other projects there is no inventory: the build needs no network.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(torch|numpy|networkx|pathlib|collections|typing|jaxtyping)\..*"),
]

# Looks.
html_theme = "furo"
html_math_renderer = "mathml"
html_title = "edgewise"
html_static_path = ["_static"]
html_css_files = ["edgewise.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "native"
