"""The pages of the site tell the truth: their code runs, in order, without Sphinx; and every package has a page.

`make docs` runs the same code in notebooks, and turns links that lead nowhere and formulas that cannot be drawn into
errors. That takes longer, so it is a step of its own in CI; the tutorials that train for long run there alone.
"""

import importlib
import os
import pkgutil
import re
import subprocess
import sys

import edgewise

PAGES = (
    "index",
    "your_own_layer",
    "errors",
    "tutorials/karate_club",
)
LONG = {f"tutorials/{field}" for field in ("drug_target", "molecules", "social", "text", "traffic")}
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(?P<code>.*?)^```$", re.M | re.S)


def cells(page: str) -> list[str]:
    """The code of a page, but for what only shows a file inside of a notebook."""
    return [cell["code"] for cell in CELL.finditer(page) if "from IPython" not in cell["code"]]


def test_code_runs(repository, tmp_path):
    """All pages in one process, each with names of its own: torch is imported once."""
    for page in PAGES:
        code = "\n".join(cells((repository / "docs" / f"{page}.md").read_text()))
        (tmp_path / f"{page.replace('/', '_')}.py").write_text(code)
    names = [page.replace("/", "_") + ".py" for page in PAGES]
    run = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", f"import runpy; [runpy.run_path(name) for name in {names}]"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "Agg", "EDGEWISE_OFFLINE": "1"},
        timeout=240,
    )
    assert run.returncode == 0, run.stderr  # names the page and the line


def test_all_pages_with_code_are_run(repository):
    docs = repository / "docs"
    found = {str(path.relative_to(docs).with_suffix("")) for path in docs.rglob("*.md") if cells(path.read_text())}
    assert found == {*PAGES, *LONG}


def test_every_block_says_what_it_is(repository):
    """A plain python block would never run."""
    for path in (repository / "docs").rglob("*.md"):
        assert "```python" not in path.read_text(), path


def test_every_package_has_a_page(repository):
    """A package that exports names is documented somewhere under docs/api."""
    text = "\n".join(path.read_text() for path in (repository / "docs" / "api").glob("*.md"))
    documented = set(re.findall(r"^```\{public-names\} (\S+)$", text, flags=re.M))
    packages = {m.name for m in pkgutil.iter_modules(edgewise.__path__, "edgewise.") if m.ispkg}
    packages |= {m.name for m in pkgutil.iter_modules(edgewise.nn.__path__, "edgewise.nn.") if m.ispkg}
    packages -= {"edgewise.cli"}  # commands; their --help is their page
    public = {name for name in packages if hasattr(importlib.import_module(name), "__all__")}
    assert public <= documented


def test_every_environment_variable_is_on_its_page(repository):
    source = "\n".join(path.read_text() for path in (repository / "src").rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(EDGEWISE_[A-Z_]+)\"", source))
    page = (repository / "docs" / "environment_variables.md").read_text()
    listed = set(re.findall(r"`(EDGEWISE_[A-Z_]+)`", page))
    assert read
    assert read <= listed
    assert listed - read <= {"EDGEWISE_TEST_DATA"}
