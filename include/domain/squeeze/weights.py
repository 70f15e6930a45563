"""A share of the traffic as listener weights, which are whole numbers up to 999."""

MOST = 999


def weights_for(share: float, other: float) -> tuple[int, int, int]:
    """(main, squeezed, other) so that the second gets this share of all traffic and the third about its own.

    The main target group's weight is chosen, too: with it at 999 one instance of a hundred could be given 9 parts or
    10, and nothing between. Below a thousandth the share is one.
    """
    return min((found for part in range(1, MOST + 1) if (found := _with(part, share, other))),
               key=lambda found: _error(found, share, other), default=(MOST, 1, 1))


def _with(part: int, share: float, other: float) -> tuple[int, int, int] | None:
    whole = round(part / share)
    beside = max(1, round(other * whole))
    main = whole - part - beside
    return (main, part, beside) if 1 <= main <= MOST and beside <= MOST else None


def _error(weights: tuple[int, int, int], share: float, other: float) -> float:
    _, squeezed, beside = weights
    return abs(squeezed / sum(weights) / share - 1) + abs(beside / sum(weights) / other - 1) / 10
