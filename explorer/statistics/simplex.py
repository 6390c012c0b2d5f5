"""The mix of classes that best explains the predictions of an instrument."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Above the rounding errors of a solution near 1, and far below the precision of a draw.
_ROUNDING = 1e-12


def solve(
    matrices: "NDArray[np.float64]", predicted: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """Return the true shares that fit best, of shape (n, true), and a mask of those clipped.

    The best p minimises |M p - q| on the simplex. It is clipped where a p outside the simplex
    would fit better.

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
    """Solve as non-negative least squares, by pivoting.

    With A = M - q, column by column, |M p - q| is |A p| on the simplex. The non-negative y that
    minimises |A y|^2 + (1 - sum of y)^2 has the direction of the same p, because for a given
    direction the second term determines only the length. Its conditions are a linear
    complementarity problem with a positive definite matrix, for which exchanging the last wrong
    part always terminates.

    Source: Murty 1974, "Note on a Bard-type scheme for solving the complementarity problem".
    """
    import numpy as np

    off = matrices - predicted[..., None]
    grams = np.einsum("nkc,nkd->ncd", off, off) + 1
    parts, wrong = _pivot(grams, np.ones(grams.shape[:2], bool))
    clipped = np.asarray(wrong.any(-1))
    unsolved = np.flatnonzero(clipped)
    taken, wrong = np.ones((len(unsolved), grams.shape[-1]), bool), wrong[unsolved]
    # No support is visited twice.
    for _ in range(2 ** grams.shape[-1]):
        if not len(unsolved):
            break
        last = grams.shape[-1] - 1 - wrong[:, ::-1].argmax(-1)
        taken[np.arange(len(unsolved)), last] ^= True
        parts[unsolved], wrong = _pivot(grams[unsolved], taken)
        still = wrong.any(-1)
        unsolved, taken, wrong = unsolved[still], taken[still], wrong[still]
    parts = np.maximum(parts, 0)
    return parts / parts.sum(-1, keepdims=True), clipped


def _pivot(
    grams: "NDArray[np.float64]", taken: "NDArray[np.bool_]"
) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """Return the solution for the parts taken, the others being 0, and a mask of wrong parts.

    A part is wrong where it is taken and negative, or where it is 0 and should be taken.
    """
    import numpy as np

    if taken.all():
        # Most draws end here, and nothing of them has to be left out.
        alone = np.asarray(np.linalg.solve(grams, np.ones((*taken.shape, 1)))[..., 0], float)
        return alone, alone < -_ROUNDING
    both = taken[:, :, None] & taken[:, None, :]
    system = np.where(both, grams, np.eye(taken.shape[1]))
    parts = np.linalg.solve(system, taken[..., None].astype(float))[..., 0]
    slopes = np.einsum("ncd,nd->nc", grams, parts) - 1
    return parts, np.where(taken, parts, slopes) < -_ROUNDING
