"""What to offer one instance next, and what follows from what it made of it. A generator that yields requests per
second and is sent what came of them; who sends them, and how, is none of its business.

Saturation first: the load grows until throughput does not. Then halving between what passed and what did not. One try
decides nothing: a failure must be seen twice before the search turns on it, and so must the rate that is the answer.
"""

from collections.abc import Generator, Sequence
from math import sqrt

from include.domain.squeeze.found import Found
from include.domain.squeeze.limits import LAGS, Limits, lags
from include.domain.squeeze.sweet_spot import Tried

DOUBLE, GENTLY = 2.0, 1.25      # the load grows so, and so once the instance is busy
BUSY = 0.6                      # of its latency limit, or of its cpu
NARROW = 0.04                   # of its upper end: a bracket that is no longer halved
HALVINGS = 7
DOWN_TO = 0.25                  # of what it starts with: less is not looked for
MOST_TRIES = 40
CONFIDENCE = 1.96               # standard errors on each side of an interval of 95 %

Next = Generator[float, Tried, None]


def search(start: float, most: float, limits: Limits) -> Generator[float, Tried, Found]:
    """Never offers more than `most`, nor more often than `MOST_TRIES`."""
    return _Search(most, limits).run(start)


class _Search:
    """`passed` and `failed` have the tries at each rate on which they agreed."""

    def __init__(self, most: float, limits: Limits):
        self.most, self.limits = most, limits
        self.tried: list[Tried] = []
        self.passed: list[list[Tried]] = []
        self.failed: list[list[Tried]] = []

    def run(self, start: float) -> Generator[float, Tried, Found]:
        yield from self._rise(min(start, self.most))
        yield from self._saturate()
        yield from self._halve(DOWN_TO * start)
        return self._found()

    def _rise(self, offered: float) -> Next:
        """Up to the first rate that fails, or to the most that there is."""
        while not self._is_over:
            at_most = offered >= self.most
            yield from self._at(offered, passes=2 if at_most else 1)
            if self.failed or at_most:
                return
            offered = min(self.most, offered * self._growth())

    def _growth(self) -> float:
        last = self.tried[-1]
        busy = max((last.p99_ms or 0) / self.limits.latency_ms, (last.cpu_percent or 0) / 100)
        return DOUBLE if busy < BUSY else GENTLY

    def _saturate(self) -> Next:
        """Above the first rate that failed, where that one was still carried: up to twice as much."""
        while self.failed and not self._saturated and not self._is_over:
            offered = min(self.most, _offered(self.failed[-1]) * GENTLY)
            if not _offered(self.failed[-1]) < offered <= DOUBLE * _offered(self.failed[0]):
                return
            yield from self._at(offered)

    def _halve(self, least: float) -> Next:
        for _ in range(HALVINGS):
            low, high = self._bracket()
            if not self.failed or self._is_over or high <= least:
                return
            if high - low > NARROW * high:
                yield from self._at((low + high) / 2)
            elif low and len(self._passes_at(low)) < 2:
                yield from self._at(low)
            else:
                return

    def _at(self, offered: float, passes: int = 2) -> Next:
        """Until two tries fail, or so many pass and more than fail."""
        tries: list[Tried] = []
        while not self._is_over:
            tries.append((yield offered))
            self.tried.append(tries[-1])
            good = sum(tried.passed for tried in tries)
            bad = len(tries) - good
            if bad == 2:
                return self.failed.append(tries)
            if good >= passes + bad:
                return self.passed.append(tries)

    @property
    def _is_over(self) -> bool:
        return len(self.tried) >= MOST_TRIES

    @property
    def _saturated(self) -> list[Tried]:
        """Tries in which throughput stayed behind, and on which at least two agree: one may have had a hiccup."""
        found = [tried for tries in self.failed for tried in tries if _is_saturated(tried)]
        most = max((tried.carried_rps for tried in found), default=0.0)
        agree = [tried for tried in found if tried.carried_rps >= most * (1 - LAGS)]
        return agree if len(agree) > 1 else []

    def _bracket(self) -> tuple[float, float]:
        """The greatest rate that passed and the least that did not: where both were seen of one rate, it did not."""
        high = min((_offered(tries) for tries in self.failed), default=self.most)
        if self._saturated:
            high = min(high, _throughput(self._saturated))
        return max((_offered(tries) for tries in self.passed if _offered(tries) < high or not self.failed),
                   default=0.0), high

    def _passes_at(self, rate: float) -> list[Tried]:
        """Also those that were offered almost the same, as the region's traffic moved."""
        return [tried for tries in self.passed for tried in tries
                if tried.passed and abs(_offered(tries) - rate) <= NARROW / 2 * rate]

    def _found(self) -> Found:
        low, high = self._bracket()
        tries, saturated = self._passes_at(low), self._saturated
        top = (_throughput(saturated), *_interval(saturated)) if saturated else (None, None, None)
        if not tries:
            return Found(None, None, high if self.failed else None, *top)
        return Found(_throughput(tries), _interval(tries)[0], high if self.failed else None, *top)


def _is_saturated(tried: Tried) -> bool:
    return lags(tried.offered_rps, tried.carried_rps, _seconds([tried]), CONFIDENCE)


def _throughput(tries: Sequence[Tried]) -> float:
    """Of all these tries together."""
    return sum(tried.carried_rps * _seconds([tried]) for tried in tries) / _seconds(tries)


def _interval(tries: Sequence[Tried]) -> tuple[float, float]:
    """Of 95 % around their throughput: ± 1.96 √N ÷ T of N requests in T seconds, the normal approximation for Poisson
    counts (the exact one: Garwood, Biometrika 28, 1936). A busy instance answers more regularly than by chance, so it
    is on the wide side."""
    rate, seconds = _throughput(tries), _seconds(tries)
    error = CONFIDENCE * sqrt(rate * seconds) / seconds
    return rate - error, rate + error


def _seconds(tries: Sequence[Tried]) -> float:
    return sum((tried.until - tried.since).total_seconds() for tried in tries)


def _offered(tries: Sequence[Tried]) -> float:
    return sum(tried.offered_rps for tried in tries) / len(tries)
