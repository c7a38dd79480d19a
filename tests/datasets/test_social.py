"""MUSAE's social networks: the published statistics, the three layouts of files, and files that are broken."""

import json
import zipfile

import numpy as np
import pytest
import torch
import torch_geometric.datasets as pyg

from edgewise.datasets.social import FacebookPagePage, GitHub, LastFMAsia, Twitch
from edgewise.errors import ArgumentError, DataError, FileError

EDGES = "id_1,id_2\n0,1\n2,1\n2,2\n"
FEATURES = {"2": [0, 5, 0], "0": [], "1": [3]}
TARGETS = {
    "musae_facebook": 'id,facebook_id,page_name,page_type\n0,7,"One, two",tvshow\n1,8,b,company\n2,9,c,government\n',
    "musae_DE": "id,days,mature,views,partner,new_id\n91,1,True,2,False,2\n92,1,False,2,False,0\n93,1,True,2,True,1\n",
    "musae_PTBR": "id,days,mature,views,partner,new_id\n9,1,True,2,False,2\n8,1,False,2,False,0\n7,1,True,2,True,1\n",
    "musae_git": "id,name,ml_target\n0,a,0\n1,b,1\n2,c,0\n",
    "lastfm_asia": "id,target\n0,17\n1,0\n2,3\n",
}
NETWORKS = {
    "facebook": (FacebookPagePage, "musae_facebook", "facebook_large.zip", 4714, [3, 0, 1]),
    "twitch DE": (lambda root: Twitch(root, "DE"), "musae_DE", "twitch.zip", 3170, [0, 1, 1]),
    "twitch PT": (lambda root: Twitch(root, "PT"), "musae_PTBR", "twitch.zip", 3170, [0, 1, 1]),
    "github": (GitHub, "musae_git", "git_web_ml.zip", 4005, [0, 1, 0]),
    "lastfm": (LastFMAsia, "lastfm_asia", "lastfm_asia.zip", 7842, [17, 0, 3]),
}


def files(stem, **changed):
    texts = {"edges": EDGES, "features": json.dumps(FEATURES), "target": TARGETS[stem], **changed}
    return {
        f"{stem}_edges.csv": texts["edges"],
        f"{stem}.json" if stem == "musae_DE" else f"{stem}_features.json": texts["features"],  # as in SNAP's zip
        f"{stem}_target.csv": texts["target"],
    }


def beside(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / name).write_text(text)
    return folder


def packed(path, contents):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some/README.txt", "")
        for name, text in contents.items():
            archive.writestr(f"some/folder/{name}", text)
    return path.parent


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("layout", ["beside", "zip", "raw"])
def test_layouts_of_files(network, layout, tmp_path):
    load, stem, archive, width, labels = NETWORKS[network]
    if layout == "beside":
        root = beside(tmp_path / "mine", files(stem))
    elif layout == "raw":
        root = beside(tmp_path / "mine" / "raw", files(stem)).parent
    else:
        root = packed(tmp_path / "mine" / archive, files(stem))
    dataset = load(root)
    data = dataset[0]
    assert data.x.shape == (3, width)
    assert [row.nonzero().flatten().tolist() for row in data.x] == [[], [3], [0, 5]]
    assert set(data.x.unique().tolist()) == {0.0, 1.0}
    assert data.edge_index.tolist() == [[0, 1, 1, 2, 2], [1, 0, 2, 1, 2]]
    assert data.y.tolist() == labels
    assert data.validate() is data
    assert max(labels) < len(dataset.class_names)
    assert {"name", "nodes", "edges", "features", "classes", "size", "source", "licence", "citation"} <= set(
        dataset.card
    )
    assert not [path for path in tmp_path.glob("**/*") if path.suffix == ".safetensors"]


@pytest.mark.parametrize(
    ("ours", "theirs", "name"),
    [
        (FacebookPagePage, pyg.FacebookPagePage, "facebook.npz"),
        (GitHub, pyg.GitHub, "github.npz"),
        (LastFMAsia, pyg.LastFMAsia, "lastfm_asia.npz"),
        (lambda root: Twitch(root, "EN"), lambda root: pyg.Twitch(root, "EN"), "EN/raw/EN.npz"),
    ],
)
def test_pyg_files_as_pyg(ours, theirs, name, tmp_path):
    path = tmp_path / (name if "/" in name else f"raw/{name}")
    path.parent.mkdir(parents=True)
    generator = np.random.default_rng(0)
    edges, features = generator.integers(0, 5, (9, 2)), generator.standard_normal((5, 4))
    np.savez(path, edges=edges, features=features, target=generator.integers(0, 2, 5))
    one, other = ours(tmp_path)[0], theirs(str(tmp_path))[0]
    for attribute in ("x", "edge_index", "y"):
        assert torch.equal(one[attribute], other[attribute])


def test_facebook_statistics(data_root):
    dataset = FacebookPagePage(data_root / "social")
    data = dataset[0]
    assert dataset.statistics() == {"nodes": 22470, "links": 171002} == dict(dataset.expected)
    loops = int((data.edge_index[0] == data.edge_index[1]).sum())
    assert (loops, data.num_edges) == (179, 2 * (171002 - 179) + 179)
    assert data.num_features == 4714
    counts = dict(zip(dataset.class_names, data.y.bincount().tolist(), strict=True))
    assert counts == {"government": 6880, "company": 6495, "politician": 5768, "tvshow": 3327}
    assert data.is_undirected()


def test_twitch_statistics(data_root):
    dataset = Twitch(data_root / "social", "DE")
    data = dataset[0]
    assert (data.num_nodes, data.num_edges, data.num_features) == (9498, 2 * 153138, 3170)
    assert int(data.x.any(0).nonzero().max()) == 3169
    assert data.y.bincount().tolist() == [3756, 5742]
    assert dataset.statistics()["links"] == 153138
    assert repr(dataset) == "Twitch()"


@pytest.mark.parametrize(
    ("part", "text", "error"),
    [
        ("edges", "id_1,id_2\n0,1\n0,3\n", r"expected nodes in 0\.\.2 in .*_edges\.csv\), got 0, 3 in row 2"),
        ("edges", "id_1,id_2\n0,1\n0\n", "got 1 columns after 2 in line 3"),
        ("edges", "id_1,id_2\n0,1,1\n", "expected 2 columns in .*, got 3"),
        ("edges", "id_1,id_2\n0,a\n", "got 'a' in line 2"),
        ("edges", "id_1,id_2\n0,0.5\n", "expected whole numbers in .*, got 0.5 in row 1"),
        ("features", "{", r"expected a JSON file in .*_features\.json\), got "),
        ("features", "[1]", "expected a JSON object in .*, got list"),
        ("features", '{"0": [1.5]}', r"expected lists of numbers from 0 in .*, got \[1.5\] for '0'"),
        ("features", '{"0": [-1]}', r"expected lists of numbers from 0 in .*, got \[-1\] for '0'"),
        ("features", '{"7": [1]}', r"expected nodes in 0\.\.2 in .*, got '7'"),
        ("features", '{"0": [999999999999]}', "expected features below 715827882 in .*, got 999999999999"),
        (
            "target",
            "id,page_type\n0,tvshow\n1,company\n1,company\n",
            "expected each node once in .*, got 1 again in row 3",
        ),
        ("target", "id,page_type\n0,tvshow\n1,company\n3,company\n", r"expected nodes in 0\.\.2 in .*, row 3, got '3'"),
        ("target", "id,page_type\n0,show\n", "expected a label of company, .* in .*, got 'show' in row 1"),
        ("target", "id,kind\n0,tvshow\n", "expected the column 'page_type' in .*, got id, kind"),
        ("target", "id,page_type\n0\n", "expected 2 columns in .*, got 1 in line 2"),
        ("target", "", "expected the column 'id' in .*, got nothing"),
    ],
)
def test_broken_rows_are_named(part, text, error, tmp_path):
    root = packed(tmp_path / "facebook_large.zip", files("musae_facebook", **{part: text}))
    with pytest.raises(DataError, match=error) as caught:
        FacebookPagePage(root)
    assert "facebook_large.zip (some/folder/musae_facebook_" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_broken_archives_are_named(tmp_path):
    path = tmp_path / "facebook_large.zip"
    packed(path, files("musae_facebook"))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(FileError, match=r"expected a whole zip file, got .*facebook_large\.zip"):
        FacebookPagePage(tmp_path)
    contents = files("musae_facebook")
    del contents["musae_facebook_target.csv"]
    packed(path, contents)
    with pytest.raises(FileError, match=r"expected a member musae_facebook_target in .*, got none"):
        FacebookPagePage(tmp_path)
    path.unlink()
    np.savez(tmp_path / "facebook.npz", edges=np.zeros((1, 3)), features=np.zeros((2, 1)), target=np.zeros(2))
    with pytest.raises(DataError, match=r"got \[1, 3\], \[2, 1\] and \[2\]"):
        FacebookPagePage(tmp_path)
    np.savez(tmp_path / "facebook.npz", edges=np.array([[0, 2]]), features=np.zeros((2, 1)), target=np.zeros(2))
    with pytest.raises(DataError, match=r"expected nodes in 0\.\.1 in .*facebook\.npz, got 0 to 2"):
        FacebookPagePage(tmp_path)
    np.savez(tmp_path / "facebook.npz", edges=np.array([None]), features=np.zeros((2, 1)), target=np.zeros(2))
    with pytest.raises(FileError, match=r"expected a whole \.npz file of numbers"):
        FacebookPagePage(tmp_path)


def test_download_is_counted(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEWISE_OFFLINE")
    urls = []

    def retrieve(url, known_hash, fname, path):
        urls.append((url, known_hash))
        packed(path / fname, files("musae_facebook"))
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(DataError, match=r"expected 22470 nodes in facebook_large\.zip as published, got 3"):
        FacebookPagePage(tmp_path)
    assert not (tmp_path / "raw" / "facebook_large.zip").exists()
    monkeypatch.setattr(FacebookPagePage, "expected", {"nodes": 3, "links": 3})
    assert FacebookPagePage(tmp_path)[0].num_nodes == 3
    assert (tmp_path / "raw" / "facebook_large.zip").is_file()
    assert FacebookPagePage(tmp_path)[0].num_nodes == 3
    assert urls == [("https://snap.stanford.edu/data/facebook_large.zip", None)] * 2


def test_missing_files_and_wrong_names(tmp_path, own_home):
    with pytest.raises(FileError) as caught:
        Twitch(None, "FR")
    expected = f"Put twitch.zip into {own_home / 'Twitch' / 'raw'} by hand"
    assert "Twitch: expected https://snap.stanford.edu/data/twitch.zip, got none" in str(caught.value)
    assert expected in str(caught.value)
    with pytest.raises(ArgumentError) as caught:
        Twitch(tmp_path, "en")
    assert (
        str(caught.value) == "Twitch: expected name to be one of DE, EN, ES, FR, PT, RU, got 'en'. Did you mean 'EN'?"
    )
