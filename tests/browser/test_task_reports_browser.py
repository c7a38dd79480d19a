"""Pages of graphs, links and forecasts in Chromium: no error, no request, and what they draw is there."""

import re

import pytest
from tests.browser.test_report_browser import browser, opened, pytestmark  # noqa: F401
from tests.reports import NASTY, forecast_sample, graph_sample, link_sample, row_sample

from edgewise.viz.report import write_report

SAMPLES = {
    "classes": graph_sample,
    "labels": lambda: graph_sample("labels"),
    "numbers": lambda: graph_sample("numbers"),
    "row classes": row_sample,
    "row labels": lambda: row_sample("labels"),
    "row numbers": lambda: row_sample("numbers"),
    "links": link_sample,
    "forecast": forecast_sample,
}


@pytest.fixture(params=SAMPLES)
def page(request, browser, tmp_path):  # noqa: F811
    yield from opened(browser, write_report(SAMPLES[request.param](), tmp_path / "report.html"))


def of(kind, browser, folder, **settings):  # noqa: F811
    return opened(browser, write_report(SAMPLES[kind](), folder / "report.html"), **settings)


@pytest.mark.parametrize("width", [380, 1200])
def test_nothing_is_wider_than_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(60)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_is_not_light_and_print_hides_controls(page):
    shades = []
    for _ in range(2):
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.locator("#theme").click()
    assert shades[0] != shades[1]
    page.emulate_media(media="print")
    for control in ("#theme", "#copy"):
        assert not page.locator(control).is_visible()
    assert page.locator("figure svg").first.is_visible()


def test_text_keeps_apart_from_its_ground(page):
    """Every text of a chart has a colour of the theme, in both themes."""
    for _ in range(2):
        ground, ink = page.evaluate("""() => [
            getComputedStyle(document.body).backgroundColor,
            getComputedStyle(document.querySelector("figure svg text")).fill,
        ]""")
        light, dark = (sum(int(part) for part in colour[4:-1].split(",")) for colour in (ground, ink))
        assert abs(light - dark) > 200
        page.locator("#theme").click()


@pytest.mark.parametrize(("kind", "marks"), [("classes", "#answers td"), ("labels", "#answers td.text")])
def test_answers_of_graphs(kind, marks, browser, tmp_path):  # noqa: F811
    for page in of(kind, browser, tmp_path):
        assert page.locator(marks).count() == {"classes": 4, "labels": 2}[kind]
        assert page.locator(".pictures svg").count() == 6
        assert NASTY in page.locator("#answers").inner_text()


def test_every_graph_is_a_spot(browser, tmp_path):  # noqa: F811
    for page in of("numbers", browser, tmp_path):
        assert page.locator("#answers svg").count() == 2
        assert page.locator("#answers circle").count() == 60


def test_rows_and_errors(browser, tmp_path):  # noqa: F811
    for page in of("row numbers", browser, tmp_path):
        assert page.locator("#answers circle").count() == 60
        assert page.locator("#errors svg").count() == 2
        assert page.locator("#answers circle title").first.inner_html().startswith("nodes ")
        told = page.locator("#errors rect title").last.inner_html()
        assert re.fullmatch(r"0\.285 to 0\.3: 30 errors", told)
        assert page.locator(".rows table").count() == 3
    for page in of("row labels", browser, tmp_path):
        widths = page.locator("#answers .fill").evaluate_all("all => all.map((one) => one.style.width)")
        assert widths == ["80%", "0%"]
        assert not page.locator("#errors").is_visible()


def test_link_charts(browser, tmp_path):  # noqa: F811
    for page in of("links", browser, tmp_path):
        assert page.locator("#precision .line").count() == 2
        told = page.locator("#scores rect title").first.inner_html()
        assert told == "0.000 to 0.025: 0 links, 39 pairs that are none"
        # The curve's last point stands at one half: half as high as the axis.
        y = page.evaluate("""() => {
            const end = document.querySelectorAll("#precision .line")[1].getAttribute("d").split(" ").pop();
            return Number(end);
        }""")
        assert y == pytest.approx((12 + 230) / 2, abs=0.2)


def test_a_node_is_chosen_on_the_map_and_from_the_list(browser, tmp_path):  # noqa: F811
    report = forecast_sample()
    worst = int(report.node_error.nan_to_num(-1).argmax())
    for page in of("forecast", browser, tmp_path):
        assert page.locator("#facts").inner_text().startswith(f"{report.node_names[worst]}: mean absolute error ")
        before = page.locator("#series .line").first.get_attribute("d")
        page.locator("#node").select_option(str((worst + 1) % 8))
        assert page.locator("#facts").inner_text().startswith(report.node_names[(worst + 1) % 8])
        assert page.locator("#series .line").first.get_attribute("d") != before
        page.locator("#map .sensor").first.click()  # the one without a measurement is drawn first, below the others
        assert "unknown" in page.locator("#facts").inner_text()
        assert page.locator("#series .line").count() == 2
        assert page.locator("#map .sensor").count() == 9


def test_a_forecast_without_a_history(browser, tmp_path):  # noqa: F811
    path = write_report(forecast_sample(history={}), tmp_path / "report.html")
    for page in opened(browser, path):
        assert not page.locator("#loss").is_visible()
        assert page.locator("#horizon .line").count() == 2
