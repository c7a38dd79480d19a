"""The report's file: whole, self-contained, escaped, and carrying the numbers it was given."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from tests.reports import large, sample

from edgewise.errors import FileError, ShapeError
from edgewise.viz.report import write_report


@pytest.fixture(scope="module")
def report():
    return sample()


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    return write_report(report, tmp_path_factory.mktemp("report") / "report.html").read_text(encoding="utf-8")


def payload_of(page):
    return json.loads(re.search(r'id="payload">(.*?)</script>', page, flags=re.S).group(1))


def unpack(packed):
    return np.frombuffer(base64.b64decode(packed["data"]), dtype=packed["type"])


def test_no_address_of_anything_outside(page):
    outside = re.findall(r"""(?:src|href|url|import|fetch)\s*[=(:]\s*["']?(?:https?:)?//[^\s"')]+""", page)
    assert outside == []
    assert "default-src 'none'" in page


def test_users_text_is_escaped(page):
    assert page.count("</script>") == 2  # the payload's and the script's own
    assert "<b>red" not in page
    assert "The graph helped &lt;i&gt;much&lt;/i&gt;." in page
    assert payload_of(page)["classNames"][0] == "</script><b>red"


def test_numbers_arrive(report, page):
    content = payload_of(page)
    assert unpack(content["edges"]).reshape(2, -1).tolist() == report.edge_index.tolist()
    assert np.array_equal(unpack(content["position"]).reshape(-1, 2), report.position.numpy())
    assert unpack(content["prediction"]).reshape(5, -1).tolist() == report.prediction.tolist()
    low, high = np.array(content["low"]), np.array(content["high"])
    embedding = unpack(content["embedding"]).reshape(5, -1, 2) / 65535 * (high - low) + low
    assert np.abs(embedding - report.embedding.numpy()).max() < 1e-4 * (high - low).max()
    assert content["confusion"] == report.confusion.tolist()
    for text in ("80.0", "accuracy on the 30 unlabelled nodes", "majority class", "edgewise train karate --seed 0"):
        assert text in page


def test_without_baselines_the_comparison_is_hidden(tmp_path):
    page = write_report(sample(baselines=[]), tmp_path / "r.html").read_text()
    assert '<div class="against" hidden>' in page


def test_as_large_as_cora_stays_below_two_megabytes(tmp_path):
    assert write_report(large(), tmp_path / "r.html").stat().st_size < 2_000_000


def test_infinite_losses_are_left_out(tmp_path):
    history = {"epoch": [0, 1], "train_loss": [float("nan"), float("inf")], "train_accuracy": [0.5, 0.5]}
    page = write_report(sample(history=history), tmp_path / "r.html").read_text()
    assert payload_of(page)["history"]["train_loss"] == [None, None]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"position": torch.zeros(33, 2)}, "expected position of shape [34, 2], got [33, 2]"),
        ({"prediction": torch.zeros(4, 34)}, "expected prediction of shape [5, 34], got [4, 34]"),
        ({"split": ["train"]}, "expected 34 entries in split and node_names"),
    ],
)
def test_parts_must_fit_together(changes, text):
    with pytest.raises(ShapeError) as caught:
        sample(**changes)
    assert text in str(caught.value)


def test_unwritable_folder(report, tmp_path):
    with pytest.raises(FileError, match="expected a writable folder"):
        write_report(report, tmp_path / "missing" / "r.html")
    assert list(tmp_path.iterdir()) == []
