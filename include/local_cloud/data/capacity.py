"""What an instance can do at once: pure, time is an argument (seconds on any steady clock)."""

from heapq import heapreplace


class Slots:
    """Requests take the slot that is free first: throughput is exactly slots ÷ mean service time, however late
    a timer fires."""

    def __init__(self, slots: int):
        self.slots = slots
        self._free = [0.0] * slots
        self._work: list[tuple[float, float]] = []

    def take(self, now: float, seconds: float) -> float:
        """A request of this length comes in: when it is done."""
        start = max(now, self._free[0])
        finish = start + seconds
        heapreplace(self._free, finish)
        self._work.append((start, finish))
        return finish

    def busy(self, now: float) -> int:
        return sum(start <= now < finish for start, finish in self._work)

    def queued(self, now: float) -> int:
        return sum(start > now for start, _ in self._work)

    def busy_share(self, since: float, now: float) -> float:
        """The share of all slots' time between these two that was worked; what ended before is forgotten."""
        worked = sum(max(0.0, min(finish, now) - max(start, since)) for start, finish in self._work)
        self._work = [work for work in self._work if work[1] > now]
        return worked / (self.slots * (now - since)) if now > since else 0.0
