"""Find the mix of classes that explains what an instrument predicted."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Rounding errors of a solution near 1, far below what a draw can tell.
_ROUNDING = 1e-12


def solve(
    matrices: "NDArray[np.float64]", predicted: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """Return the true shares that fit best, of shape (n, true), and where the best fit was clipped.

    The distance |M p - q| is least among all p on the simplex; p is clipped where it would be less
    beyond the simplex.

    Args:
        matrices: P(predicted | true), of shape (n, predicted, true).
        predicted: shares of predictions, of shape (n, predicted).
    """
    if matrices.shape[-1] == 2:  # noqa: PLR2004
        return _on_a_line(matrices, predicted)
    return _on_the_simplex(matrices, predicted)


def _on_a_line(
    matrices: "NDArray[np.float64]", predicted: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    import numpy as np

    second = matrices[..., 1]
    line = matrices[..., 0] - second
    share = ((predicted - second) * line).sum(-1) / (line * line).sum(-1)
    inside = np.clip(share, 0, 1)
    return np.stack([inside, 1 - inside], axis=-1), (share < 0) | (share > 1)


def _on_the_simplex(
    matrices: "NDArray[np.float64]", predicted: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """Solve as least squares without negative parts, by pivoting.

    With A = M - q, column by column, |M p - q| is |A p| on the simplex. The y of no negative part
    that minimises |A y|^2 + (1 - sum of y)^2 points to the same p, because at any fixed direction
    only the length is left to the second term. Its conditions are a linear complementarity problem
    with a positive definite matrix, on which exchanging the last wrong part always ends.

    Source: Murty 1974, "Note on a Bard-type scheme for solving the complementarity problem".
    """
    import numpy as np

    off = matrices - predicted[..., None]
    grams = np.einsum("nkc,nkd->ncd", off, off) + 1
    parts, wrong = _pivot(grams, np.ones(grams.shape[:2], bool))
    clipped = np.asarray(wrong.any(-1))
    left = np.flatnonzero(clipped)
    taken, wrong = np.ones((len(left), grams.shape[-1]), bool), wrong[left]
    # No two supports are visited twice.
    for _ in range(2 ** grams.shape[-1]):
        if not len(left):
            break
        last = grams.shape[-1] - 1 - wrong[:, ::-1].argmax(-1)
        taken[np.arange(len(left)), last] ^= True
        parts[left], wrong = _pivot(grams[left], taken)
        still = wrong.any(-1)
        left, taken, wrong = left[still], taken[still], wrong[still]
    parts = np.maximum(parts, 0)
    return parts / parts.sum(-1, keepdims=True), clipped


def _pivot(
    grams: "NDArray[np.float64]", taken: "NDArray[np.bool_]"
) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """Solve for the parts taken, the others being 0, and say which belong on the other side."""
    import numpy as np

    both = taken[:, :, None] & taken[:, None, :]
    system = np.where(both, grams, np.eye(taken.shape[1]))
    parts = np.linalg.solve(system, taken[..., None].astype(float))[..., 0]
    slopes = np.einsum("ncd,nd->nc", grams, parts) - 1
    return parts, np.where(taken, parts, slopes) < -_ROUNDING
