"""The report in Chromium: no error, no request, and slider, pointer and keyboard do what they say."""

import shutil
from pathlib import Path

import pytest
from tests.reports import large, sample

from edgewise.viz.report import write_report

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def report():
    return sample()


@pytest.fixture
def page(browser, report, tmp_path):
    yield from opened(browser, write_report(report, tmp_path / "report.html"))


def opened(browser, path: Path, **settings):
    context = browser.new_context(viewport={"width": 1200, "height": 1000}, **settings)
    page = context.new_page()
    problems, requests = [], []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_timeout(150)
    yield page
    assert problems == []
    assert requests == [path.as_uri()]
    context.close()


def pixels(page, canvas):
    return page.evaluate(f"document.getElementById('{canvas}').toDataURL()")


def rings(report, centre):
    """How many new nodes each hop against the direction of edges reaches."""
    seen, ring, sizes = {centre}, {centre}, []
    for _ in range(3):
        ring = {j for j, i in report.edge_index.t().tolist() if i in ring} - seen
        seen |= ring
        sizes.append(len(ring))
    return f"1 hop: {sizes[0]} · 2 hops: {sizes[1]} · 3 hops: {sizes[2]}"


def place(page, report, node, canvas="graph"):
    """Where the graph's canvas draws a node: the page's own arithmetic, from the report's positions."""
    box = page.locator(f"#{canvas}").bounding_box()
    low, high = report.position.amin(0), report.position.amax(0)
    padding, side = 26, box["width"]
    scale = (side - 2 * padding) / float((high - low).max())
    margin = (side - scale * (high - low)) / 2
    x = margin[0] + scale * (report.position[node, 0] - low[0])
    y = side - margin[1] - scale * (report.position[node, 1] - low[1])
    return {"x": float(x), "y": float(y)}


def test_slider_changes_epoch_and_pictures(page):
    assert page.locator("#at").inner_text() == "epoch 40, loss 0.0341"
    before = [pixels(page, canvas) for canvas in ("graph", "embedding")]
    page.locator("#epoch").fill("0")
    page.wait_for_timeout(100)
    assert page.locator("#at").inner_text() == "epoch 0, loss 1.4000"
    after = [pixels(page, canvas) for canvas in ("graph", "embedding")]
    assert before[0] != after[0]
    assert before[1] != after[1]
    page.locator("#epoch").press("ArrowRight")
    assert page.locator("#at").inner_text().startswith("epoch 10")


def test_playing_reaches_the_end(page):
    page.locator("#epoch").fill("0")
    # In one call: on a busy machine it has played to the end before a second one arrives.
    assert page.locator("#play").evaluate("button => { button.click(); return button.innerText; }") == "Pause"
    page.locator("#play", has_text="Play").wait_for()
    assert page.locator("#at").inner_text().startswith("epoch 40")


@pytest.mark.parametrize("node", [0, 16, 33])
def test_hover_and_click_tell_facts_and_rings(page, report, node):
    where = place(page, report, node)
    page.locator("#graph").hover(position=where)
    facts = page.locator("#facts").inner_text()
    degree = int((report.edge_index[1] == node).sum())
    assert facts.startswith(f"member {node} · {report.class_names[report.label[node]]} · predicted ")
    assert facts.endswith(f"degree {degree}")
    before = pixels(page, "embedding")
    page.locator("#graph").click(position=where)
    assert rings(report, node) in page.locator("#field").inner_text()
    page.wait_for_timeout(1400)
    assert pixels(page, "embedding") != before
    page.keyboard.press("Escape")
    assert page.locator("#field").inner_text() == ""


def test_keyboard_alone(page, report):
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#facts").inner_text().startswith("member 0 ·")
    page.keyboard.press("Enter")
    assert rings(report, 0) in page.locator("#field").inner_text()
    page.keyboard.press("ArrowDown")
    moved = page.locator("#facts").inner_text()
    assert not moved.startswith("member 0 ·")


def test_colouring(page):
    seen = set()
    page.locator("#epoch").fill("1")
    for choice in ("prediction", "truth", "mistakes"):
        page.locator(f"input[value={choice}]").check()
        page.wait_for_timeout(80)
        seen.add(pixels(page, "graph"))
    assert len(seen) == 3


def test_dark_and_light(browser, report, tmp_path):
    path = write_report(report, tmp_path / "report.html")
    backgrounds = []
    for scheme in ("light", "dark"):
        for page in opened(browser, path, color_scheme=scheme):
            backgrounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            page.locator("#theme").click()
            backgrounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert backgrounds[0] != backgrounds[1]
    assert backgrounds == [backgrounds[0], backgrounds[1], backgrounds[1], backgrounds[0]]


def test_print_hides_controls(page):
    page.emulate_media(media="print")
    for control in ("#play", "#theme", "#epoch", "#copy", "#colouring"):
        assert not page.locator(control).is_visible()
    assert page.locator("#graph").is_visible()


@pytest.mark.parametrize("width", [380, 1200])
def test_nothing_is_wider_than_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_as_large_as_cora_draws_quickly(browser, tmp_path):
    for page in opened(browser, write_report(large(), tmp_path / "report.html")):
        frame = page.evaluate("""async () => {
            const slider = document.getElementById('epoch');
            const start = performance.now();
            for (let i = 0; i < 10; i++) {
                slider.value = i;
                slider.dispatchEvent(new Event('input'));
                await new Promise(requestAnimationFrame);
            }
            return (performance.now() - start) / 10;
        }""")
        assert frame < 250  # milliseconds, without a graphics card on a shared core
