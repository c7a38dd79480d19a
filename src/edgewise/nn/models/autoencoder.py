"""Graph autoencoders: embeddings from which the edges can be told again."""

from typing import Any

import torch
from torch.nn.functional import softplus

from edgewise._lazy import lazy_import
from edgewise._typing import EdgeIndex, Float, Int, Tensor
from edgewise.errors import ArgumentError, DataError
from edgewise.nn._networks import reset
from edgewise.nn.models._pairs import pair_scores
from edgewise.utils.negative_sampling import negative_sampling

metrics = lazy_import("torchmetrics.functional.classification")

__all__ = ["GAE", "VGAE", "InnerProductDecoder"]

_EPS = 1e-15
_MAX_LOGSTD = 10.0


class InnerProductDecoder(torch.nn.Module):
    r"""The probability of an edge, from the inner product of two embeddings: :math:`\sigma(z_i^\top z_j)`.

    Shape:
        z ``[nodes, hidden]`` · edge_index ``[2, edges]`` → ``[edges]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``.
        DTypeError: ``edge_index`` is not integer, or ``z`` not floating.
        NodeIndexError: A pair names a node that ``z`` has no row for.

    Cost: O(edges · hidden) time, O(edges) memory; one counting sort, kept with ``edge_index``. :meth:`forward_all`
    makes the matrix ``[nodes, nodes]``.

    Source: Kipf & Welling, *Variational Graph Auto-Encoders*, NIPS workshop 2016, eq. 2.

    Example:
        >>> z = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
        >>> InnerProductDecoder()(z, torch.tensor([[0, 1], [1, 2]]), sigmoid=False).tolist()
        [0.0, 2.0]
    """

    def forward(
        self,
        z: Float[Tensor, "nodes hidden"],
        edge_index: EdgeIndex,
        sigmoid: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> Float[Tensor, " edges"]:
        """Return the probability of each pair.

        Args:
            z: The embeddings.
            edge_index: The pairs.
            sigmoid: ``False`` returns the inner products.
        """
        value = pair_scores(z, edge_index, "InnerProductDecoder")
        return value.sigmoid() if sigmoid else value

    def forward_all(
        self,
        z: Float[Tensor, "nodes hidden"],
        sigmoid: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> Float[Tensor, "nodes nodes"]:
        """Return the probability of every pair, as a dense matrix.

        Args:
            z: The embeddings.
            sigmoid: ``False`` returns the inner products.
        """
        value = z @ z.t()
        return value.sigmoid() if sigmoid else value


class GAE(torch.nn.Module):
    r"""A graph autoencoder: an encoder of nodes, and a decoder of pairs that tells edges from other pairs.

    .. math:: Z = \mathrm{encoder}(X, A), \qquad L = -\frac{1}{|E|} \sum_{(i, j) \in E} \ln p(z_i, z_j)
        - \frac{1}{|\bar E|} \sum_{(i, j) \in \bar E} \ln\bigl(1 - p(z_i, z_j)\bigr)

    Args:
        encoder: A module that makes embeddings of nodes.
        decoder: A module that is called with ``(z, edge_index, sigmoid=True)`` and makes probabilities. Default:
            :class:`InnerProductDecoder`.

    Shape:
        what ``encoder`` takes → z ``[nodes, hidden]``

    Cost: that of the encoder, and O(pairs · hidden). No dense matrix. Without ``neg_edge_index``, pairs without an edge
    are drawn anew at each call: none of them is an edge, and none comes twice.

    Source: Kipf & Welling, *Variational Graph Auto-Encoders*, NIPS workshop 2016, section 2. As in PyG, the loss weighs
    edges and non-edges equally where the paper reweighs a dense matrix. Differs from PyG: an encoder keeps the
    parameters that it comes with; with the inner product as decoder the logarithms are taken of logits, so that a pair
    that is badly wrong still has a gradient.

    Example:
        >>> from edgewise.nn import GCNConv
        >>> model, edge_index = GAE(GCNConv(3, 2)), torch.tensor([[0, 1], [1, 2]])
        >>> z = model.encode(torch.eye(3), edge_index)
        >>> model.recon_loss(z, edge_index).shape
        torch.Size([])
    """

    def __init__(self, encoder: torch.nn.Module, decoder: torch.nn.Module | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = InnerProductDecoder() if decoder is None else decoder

    def reset_parameters(self) -> None:
        """Draw the parameters of encoder and decoder anew."""
        reset(self.encoder)
        reset(self.decoder)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the encoder makes."""
        return self.encoder(*args, **kwargs)

    def encode(self, *args: Any, **kwargs: Any) -> Any:
        """Return the embeddings of the nodes."""
        return self.encoder(*args, **kwargs)

    def decode(self, *args: Any, **kwargs: Any) -> Any:
        """Return the probabilities of pairs."""
        return self.decoder(*args, **kwargs)

    def recon_loss(
        self, z: Float[Tensor, "nodes hidden"], pos_edge_index: EdgeIndex, neg_edge_index: Tensor | None = None
    ) -> Float[Tensor, ""]:
        """Return the mean cross-entropy of the edges, plus that of the pairs without one.

        Args:
            z: The embeddings.
            pos_edge_index: The edges.
            neg_edge_index: Pairs without an edge. Default: as many as edges, drawn at random.
        """
        if neg_edge_index is None:
            neg_edge_index = negative_sampling(pos_edge_index, z.shape[0])
        return self._surprise(z, pos_edge_index, linked=True) + self._surprise(z, neg_edge_index, linked=False)

    def test(
        self, z: Float[Tensor, "nodes hidden"], pos_edge_index: EdgeIndex, neg_edge_index: Int[Tensor, "2 others"]
    ) -> tuple[float, float]:
        """Return the area under the ROC curve, and the average precision.

        Args:
            z: The embeddings.
            pos_edge_index: Edges.
            neg_edge_index: Pairs without an edge.

        Raises:
            DataError: There are no edges, or no pairs without one, or a probability is not a number.
        """
        edges, others = pos_edge_index.shape[1], neg_edge_index.shape[1]
        if not edges or not others:
            message = f"GAE.test: expected edges and pairs without one, got {edges} and {others}. Pass some of each."
            raise DataError(message)
        with torch.no_grad():
            p = torch.cat([self.decoder(z, pairs, sigmoid=True) for pairs in (pos_edge_index, neg_edge_index)])
        wrong = int(p.isnan().sum())
        if wrong:
            message = f"GAE.test: expected probabilities, got NaN for {wrong} pairs. Look for NaN in x, or lower lr."
            raise DataError(message)
        y = torch.cat([torch.ones(edges, dtype=torch.int64), torch.zeros(others, dtype=torch.int64)]).to(p.device)
        return float(metrics.binary_auroc(p, y)), float(metrics.binary_average_precision(p, y))

    def _surprise(self, z: Tensor, pairs: Tensor, *, linked: bool) -> Tensor:
        r""":math:`-\ln p` of pairs with an edge, :math:`-\ln(1 - p)` of others, on average."""
        if type(self.decoder) is InnerProductDecoder:
            logit = self.decoder(z, pairs, sigmoid=False)
            return softplus(-logit if linked else logit).mean()
        p = self.decoder(z, pairs, sigmoid=True)
        return -torch.log((p if linked else 1 - p) + _EPS).mean()


class VGAE(GAE):
    r"""A variational graph autoencoder: embeddings are drawn from a normal distribution that the encoder makes a node.

    .. math:: z_i = \mu_i + \sigma_i \odot \varepsilon, \quad \varepsilon \sim \mathcal{N}(0, I), \qquad
        \mathrm{KL} = -\frac{1}{2N} \sum_i \sum_d \bigl(1 + 2 \ln \sigma_{id} - \mu_{id}^2 - \sigma_{id}^2\bigr)

    Args:
        encoder: A module that returns :math:`\mu` and :math:`\ln \sigma`, each ``[nodes, hidden]``.
        decoder: As in :class:`GAE`.

    Shape:
        what ``encoder`` takes → z ``[nodes, hidden]``

    Raises:
        ArgumentError: :meth:`kl_loss` without arguments before :meth:`encode`.

    Cost: that of the encoder, and O(nodes · hidden). :meth:`encode` keeps :math:`\mu` and :math:`\ln \sigma` for
    :meth:`kl_loss`; a copy or a saved model does without them.

    Source: Kipf & Welling, *Variational Graph Auto-Encoders*, NIPS workshop 2016, eq. 1-3. In evaluation
    :math:`z = \mu`; as in PyG, :math:`\ln \sigma` is at most 10.

    Example:
        >>> from edgewise.nn import GCNConv
        >>> class Encoder(torch.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.mu, self.logstd = GCNConv(3, 2), GCNConv(3, 2)
        ...     def forward(self, x, edge_index):
        ...         return self.mu(x, edge_index), self.logstd(x, edge_index)
        >>> model, edge_index = VGAE(Encoder()), torch.tensor([[0, 1], [1, 2]])
        >>> z = model.encode(torch.eye(3), edge_index)
        >>> loss = model.recon_loss(z, edge_index) + model.kl_loss() / 3
    """

    def __init__(self, encoder: torch.nn.Module, decoder: torch.nn.Module | None = None) -> None:
        super().__init__(encoder, decoder)
        self.__mu__: Tensor | None = None
        self.__logstd__: Tensor | None = None

    def reparametrize(
        self, mu: Float[Tensor, "nodes hidden"], logstd: Float[Tensor, "nodes hidden"]
    ) -> Float[Tensor, "nodes hidden"]:
        """Draw embeddings while training; return their mean in evaluation.

        Args:
            mu: Means.
            logstd: Logarithms of deviations.
        """
        return mu + torch.randn_like(logstd) * logstd.exp() if self.training else mu

    def encode(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return embeddings of the nodes, drawn while training."""
        mu, logstd = self.encoder(*args, **kwargs)
        self.__mu__, self.__logstd__ = mu, logstd.clamp(max=_MAX_LOGSTD)
        return self.reparametrize(self.__mu__, self.__logstd__)

    def kl_loss(self, mu: Tensor | None = None, logstd: Tensor | None = None) -> Float[Tensor, ""]:
        """Return how far the distributions are from standard normal ones: their mean divergence.

        Args:
            mu: Means. Default: those of the last :meth:`encode`.
            logstd: Logarithms of deviations. Default: those of the last :meth:`encode`.
        """
        mu = self.__mu__ if mu is None else mu
        logstd = self.__logstd__ if logstd is None else logstd.clamp(max=_MAX_LOGSTD)
        if mu is None or logstd is None:
            message = "VGAE.kl_loss: expected mu and logstd before the first encode, got none. Call encode first."
            raise ArgumentError(message)
        return -0.5 * (1 + 2 * logstd - mu**2 - (2 * logstd).exp()).sum(1).mean()

    def __getstate__(self) -> dict[str, Any]:
        # Without what the last call left: a result that has a gradient can be neither copied nor saved.
        return self.__dict__ | {"__mu__": None, "__logstd__": None}
