"""Pages of graphs, links and forecasts: whole, self-contained, escaped, bounded, and carrying what they were given."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from tests.reports import NASTY, forecast_sample, graph_sample, link_sample, row_sample

from edgewise.errors import ShapeError
from edgewise.viz.report import GraphReport, Score, graph_svg, molecule_svg, write_report

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


def written(report, folder):
    return write_report(report, folder / "report.html").read_text(encoding="utf-8")


def payload_of(page):
    return json.loads(re.search(r'id="payload">(.*?)</script>', page, flags=re.S).group(1))


def unpack(packed):
    return np.frombuffer(base64.b64decode(packed["data"]), dtype=packed["type"])


@pytest.mark.parametrize("kind", SAMPLES)
def test_nothing_from_outside_and_every_name_is_escaped(kind, tmp_path):
    page = written(SAMPLES[kind](), tmp_path)
    assert re.findall(r"""(?:src|href|url|import|fetch)\s*[=(:]\s*["']?(?:https?:)?//[^\s"')]+""", page) == []
    assert "default-src 'none'" in page
    assert page.count("</script>") == 2  # the payload's and the script's own
    assert "<b>" not in page
    assert "alert(1)" in page  # the name is there, as text
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.S)  # every place of the template is filled


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_page_has_the_frame(kind, tmp_path):
    page, content = written(SAMPLES[kind](), tmp_path), payload_of(written(SAMPLES[kind](), tmp_path))
    for heading in ("Data", "Model", "Training", "Environment", "Reproduce"):
        assert f"<h2>{heading}</h2>" in page
    assert "<dt>leak check</dt><dd>passed</dd>" in page
    assert content["title"] == f"graphs {NASTY}"
    assert content["chosenEpoch"] == 8


def test_a_graph_page_without_numbers_of_its_own_kind(tmp_path):
    classes = payload_of(written(graph_sample(), tmp_path))
    assert classes["confusion"] == [[5, 1], [2, 4]]
    labels = payload_of(written(graph_sample("labels"), tmp_path))
    truth = graph_sample("labels").truth
    assert labels["yes"] == (truth == 1).sum(0).tolist()
    assert labels["no"] == (truth == 0).sum(0).tolist()
    assert labels["auroc"] == [0.8, None]
    numbers, report = payload_of(written(graph_sample("numbers"), tmp_path)), graph_sample("numbers")
    for k, column in enumerate(numbers["columns"]):
        assert np.array_equal(unpack(column["truth"]), report.truth[:, k].numpy())
        assert np.array_equal(unpack(column["prediction"]), report.prediction[:, k].numpy())


def test_many_graphs_are_sampled_and_the_page_says_so(tmp_path):
    truth = torch.arange(100_000.0).unsqueeze(1)
    page = written(
        graph_sample(
            "numbers", truth=truth, prediction=truth, names=["y"], confusion=torch.zeros(1, 1), example_names=[]
        ),
        tmp_path,
    )
    content = payload_of(page)
    shown = unpack(content["columns"][0]["truth"])
    assert len(shown) <= 4000
    assert np.array_equal(shown, truth[::25, 0].numpy())
    assert f"{len(shown):,} of 100,000 graphs, evenly chosen" in page
    assert len(page) < 200_000


def test_the_gallery_stands_in_the_page_itself(tmp_path):
    page = written(graph_sample(), tmp_path)
    assert page.count('<li class="right">') == 6
    assert [title for title in ("Best", "Typical", "Worst") if f"<h2>{title}</h2>" in page] == [
        "Best",
        "Typical",
        "Worst",
    ]


def test_rows_and_errors_arrive(tmp_path):
    page = written(row_sample("numbers"), tmp_path)
    content, report = payload_of(page), row_sample("numbers")
    assert page.count('<tr class="wrong"><td class="text">') == 6
    for k, told in enumerate(content["errors"]):
        error = report.prediction[:, k].double() - report.truth[:, k].double()
        assert told["most"] == pytest.approx(float(error.abs().max()))
        assert sum(told["counts"]) == 30
        assert sum(told["counts"][:20]) == 0  # each is 0.3 too high
    assert content["exampleNames"][3] == f"nodes {NASTY} 3"
    truth = report.truth.clone()
    truth[:10, 0] = float("nan")
    errors = payload_of(written(row_sample("numbers", truth=truth), tmp_path))["errors"]
    assert [sum(told["counts"]) for told in errors] == [20, 30]


def test_a_page_of_rows_without_errors_of_numbers(tmp_path):
    page = written(row_sample("labels"), tmp_path)
    assert "errors" not in payload_of(page)
    assert '<figure class="chart" hidden><div id="errors">' in page


def test_link_numbers_arrive(tmp_path):
    page = written(link_sample(), tmp_path)
    content = payload_of(page)
    assert content["links"] == list(range(40))
    assert content["others"] == list(range(39, -1, -1))
    assert content["precision"][1] == {"name": "common neighbours", "values": [1.0, 0.7, 0.6, 0.5]}
    assert "780 links" in page
    assert "<td>87.5&nbsp;%</td><td>1,234</td>" in page
    assert page.count("none</td></tr>") == 1  # no misses


def test_forecast_numbers_arrive(tmp_path):
    report = forecast_sample()
    content = payload_of(written(report, tmp_path))
    steps = unpack(content["truth"]).reshape(50, 9)
    assert (steps[:, -1] == 65535).all()  # never measured
    values = content["low"] + steps[:, :-1] / 65534 * (content["high"] - content["low"])
    assert np.abs(values - report.truth[:, :-1].numpy()).max() < 1e-4
    assert content["horizonError"][1]["values"] == [0.3, 0.5, None]
    assert content["stepError"] == [0.1, None, 0.3]
    assert np.array_equal(unpack(content["edges"]).reshape(2, -1), report.edge_index.numpy())


def test_a_forecast_page_draws_no_more_edges_than_can_be_seen(tmp_path):
    edge_index = torch.randint(0, 9, (2, 50_000), generator=torch.Generator().manual_seed(0))
    content = payload_of(written(forecast_sample(edge_index=edge_index), tmp_path))
    assert 3000 < len(unpack(content["edges"])) / 2 <= 6000


def test_errors_are_compared_with_the_largest(tmp_path):
    page = written(forecast_sample(), tmp_path)
    assert page.index("width:50.0%") < page.index("width:100.0%")
    assert '<p class="note" >Less is better.</p>' in page
    assert '<p class="note" hidden>Less is better.</p>' in written(link_sample(), tmp_path)


def test_a_score_that_could_not_be_measured(tmp_path):
    score = Score(name="GINE", value=float("nan"), detail="")
    page = written(graph_sample(score=score), tmp_path)
    assert "<strong>none</strong>" in page
    assert "width:0.0%" in page


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: GraphReport(**{**vars(graph_sample()), "confusion": torch.zeros(3, 3)}),
            "GraphReport: expected confusion of shape [2, 2], got [3, 3]. Pass one row an example, one column a name.",
        ),
        (
            lambda: graph_sample("numbers", prediction=torch.zeros(29, 2)),
            "GraphReport: expected prediction of shape [30, 2], got [29, 2]. "
            "Pass one row an example, one column a name.",
        ),
        (
            lambda: row_sample("numbers", example_names=["a"]),
            "RowReport: expected 30 example_names or none, got 1. Pass one an example.",
        ),
        (
            lambda: link_sample(other_counts=torch.zeros(9)),
            "LinkReport: expected other_counts of shape [40], got [9]. Count both in the same bins.",
        ),
        (
            lambda: link_sample(precision={"GCN": [1.0]}),
            "LinkReport: expected 4 precisions of GCN, got 1. Give one a k.",
        ),
        (
            lambda: forecast_sample(node_error=torch.zeros(3)),
            "ForecastReport: expected node_error of shape [9], got [3]. Pass one column a node, one row a step.",
        ),
        (
            lambda: forecast_sample(horizon_error={"TGCN": [1.0]}),
            "ForecastReport: expected 3 errors of TGCN, got 1. Give one a horizon.",
        ),
    ],
)
def test_parts_must_fit_together(call, text):
    with pytest.raises(ShapeError) as caught:
        call()
    assert str(caught.value) == text


def test_a_picture_draws_each_edge_and_node_once():
    svg = graph_svg(torch.tensor([[0, 1, 1, 2, 3], [1, 0, 2, 1, 3]]), 5, torch.tensor([0, 0, 1, 1, 1]))
    assert svg.count("L") == 2  # both directions are one line, a self-loop is none
    halo, *dots = re.findall(r'<path class="(?:halo|dot)" d="([^"]*)"', svg)
    assert halo.count("h0") == 5
    assert [dot.count("h0") for dot in dots] == [2, 3]


def test_a_large_picture_is_bounded():
    edges = torch.randint(0, 5000, (2, 30_000), generator=torch.Generator().manual_seed(0))
    svg = graph_svg(edges, 5000)
    assert svg.count("L") <= 1500
    assert svg.count("h0") <= 3000  # dots and their halos
    assert len(svg) < 60_000


@pytest.mark.parametrize("nodes", [0, 1, 3])
def test_a_picture_without_edges(nodes):
    svg = graph_svg(torch.empty(2, 0, dtype=torch.long), nodes)
    assert svg.count("h0") == 2 * nodes
    assert 'class="edge"' not in svg
    assert "nan" not in svg


def test_molecules_are_drawn_and_labels_of_their_text_are_not():
    pytest.importorskip("rdkit")
    assert molecule_svg("CCO").startswith("<svg viewBox=")
    assert "#000000" not in molecule_svg("CCO")  # carbon follows the page's colour of text
    assert molecule_svg("C1CC") is None
    assert molecule_svg("") is None
    nasty = molecule_svg("*C |$<script>alert(1)</script>;$|")
    assert nasty is None or "script" not in nasty
