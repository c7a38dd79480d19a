import numpy as np
import pytest
import torch

from edgewise.tasks.projection import Projection


def test_projection_is_principal_components():
    embedding = torch.randn(50, 7, generator=torch.Generator().manual_seed(0)) * torch.arange(1, 8)
    centred = embedding.numpy() - embedding.numpy().mean(0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    expected = np.abs(centred @ components[:2].T)
    np.testing.assert_allclose(Projection(embedding)(embedding).abs().numpy(), expected, rtol=1e-3, atol=1e-3)


def test_sign_does_not_depend_on_the_solver():
    embedding = torch.randn(20, 5, generator=torch.Generator().manual_seed(1))
    projected = Projection(embedding)(embedding)
    torch.testing.assert_close(Projection(embedding.flip(0))(embedding.flip(0)), projected.flip(0))


@pytest.mark.parametrize(("width", "padding"), [(1, 1), (2, 0)])
def test_narrow_embeddings_are_kept(width, padding):
    embedding = torch.rand(6, width)
    projected = Projection(embedding)(embedding)
    assert torch.equal(projected[:, :width], embedding)
    assert torch.equal(projected[:, width:], torch.zeros(6, padding))


def test_other_epochs_are_seen_from_the_same_side():
    first, last = torch.rand(8, 4), torch.rand(8, 4)
    projection = Projection(last)
    shift = torch.rand(4)
    moved = projection(first + shift) - projection(first)
    torch.testing.assert_close(moved, moved[:1].expand_as(moved), rtol=1e-4, atol=1e-5)
