"""The documentation builds as a site, whole and without network, and the README's links lead somewhere."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.glob("*.md"))

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the tests are installed without the repository's docs")


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """`mkdocs build --strict`, with nothing to reach by the network."""
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    nowhere = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(site)]
    environment = {**os.environ, **nowhere, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(REPOSITORY / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_headings_tables_and_lists_come_out_as_such(site, page):
    """What GitHub shows as a heading, a table or a list, Python-Markdown may not: it wants a blank line above."""
    text = without_code(page.read_text())
    built = (site / f"{page.stem}.html").read_text()
    article = built[built.index("<article") : built.index("</article>")]
    assert len(re.findall(r"<h[1-6][ >]", article)) == len(re.findall(r"^#+ ", text, re.MULTILINE))
    assert article.count("<table>") == len(re.findall(r"^\|[ :]*-{3}", text, re.MULTILINE))
    # Only a list's first number, 1, may begin a list in the middle of a paragraph.
    paragraphs = re.findall(r"<p>(.*?)</p>", article, re.DOTALL)
    assert not [text for text in paragraphs if re.search(r"^([-*]|1\.|\|) ", text, re.MULTILINE)]
    items = len(re.findall(r"^\s*(?:[-*]|1\.) ", text, re.MULTILINE))
    assert article.count("<li>") >= items


def test_the_site_fetches_nothing(site):
    for page in site.rglob("*.html"):
        fetched = re.findall(r'<(?:script|img|iframe)[^>]* src="?(\S+?)["\s>]', page.read_text())
        fetched += re.findall(r'<link[^>]* href="?(\S+?)["\s>][^>]*rel="?stylesheet', page.read_text())
        fetched += re.findall(r'<link[^>]*rel="?(?:stylesheet|preconnect)[^>]* href="?(\S+?)["\s>]', page.read_text())
        assert fetched, page
        assert not [url for url in fetched if re.match(r"(https?:)?//", html.unescape(url))], page


def test_dead_links_and_pages_that_nobody_can_reach_are_errors(tmp_path):
    links = ["nowhere.md", "other.md#nowhere", "/absolute.md"]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# A\n\n" + "\n".join(f"[dead]({link})" for link in links))
    for name in ("other.md", "hidden.md"):
        (tmp_path / "docs" / name).write_text("# B\n")
    config = tmp_path / "mkdocs.yml"
    nav = "nav: [index.md, other.md]\nextra_css: []\n"
    config.write_text(f"INHERIT: {REPOSITORY / 'mkdocs.yml'}\n{nav}")
    done = build(config, tmp_path / "site")
    assert done.returncode != 0
    for name in (*links, "hidden.md"):
        assert name in done.stdout + done.stderr


def test_the_readme_links_to_what_exists():
    text = (REPOSITORY / "README.md").read_text()
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not target.startswith("http")]
    assert len(targets) > 5
    for target in targets:
        path, _, anchor = target.partition("#")
        assert (REPOSITORY / path).exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)", without_code((REPOSITORY / path).read_text()), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


def slug(heading: str) -> str:
    """How GitHub and the site name the anchor of a heading."""
    return re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def test_the_layers_are_those_of_the_linter():
    settings = (REPOSITORY / "pyproject.toml").read_text()
    (block,) = re.findall(r"^layers = \[\n(.*?)^\]", settings, re.DOTALL | re.MULTILINE)
    layers = [name for name in re.findall(r'"([^"]+)"', block) if ":" not in name]
    (shown,) = re.findall(r"^    (cli > .*?)\n\n", (DOCS / "developing.md").read_text(), re.DOTALL | re.MULTILINE)
    assert re.split(r"\s*>\s*", shown.strip()) == layers


def test_every_make_target_is_on_the_page_of_commands():
    targets = re.findall(r"^([\w-]+):.*##", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert {"demo", "test", "docs"} <= set(targets)
    page = (DOCS / "cli.md").read_text()
    assert not [target for target in targets if f"`make {target}`" not in page]
