"""What an instance of the local cloud carries, by its declaration: saturation is slots ÷ service time, and the sweet
spot is found by letting the same model run for long, without sockets and without a clock.
"""

import random
from collections import defaultdict
from itertools import accumulate

from include.local_cloud.behaviour import Behaviour
from include.local_cloud.data import calls
from include.local_cloud.data.capacity import Slots
from include.local_cloud.data.instance import service_seconds
from include.local_cloud.data.meters import percentiles

SECONDS, WARM_UP = 400, 20
HALVINGS = 7

_CUMULATIVE = list(accumulate(calls.WEIGHTS))
_CALLS = range(len(calls.WEIGHTS))


def saturation(behaviour: Behaviour) -> float:
    """Requests per second."""
    return 1000 * behaviour.slots / behaviour.service_ms


def sweet_spot(behaviour: Behaviour, limit_ms: float) -> float:
    """The greatest rate at which the p99 that the metric store shows each second is, over a long time, on average
    inside the limit."""
    low, high = 0.4 * saturation(behaviour), saturation(behaviour)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if shown_p99(behaviour, middle) <= limit_ms else (low, middle)
    return low


def shown_p99(behaviour: Behaviour, rate: float, seed: int = 1) -> float:
    """The mean of each second's p99, in milliseconds."""
    chance, slots, now = random.Random(seed), Slots(behaviour.slots), 0.0
    seconds: dict[int, list[float]] = defaultdict(list)
    while (now := now + chance.expovariate(rate)) < SECONDS:
        call = chance.choices(_CALLS, cum_weights=_CUMULATIVE)[0]
        taken = service_seconds(behaviour, call, chance)
        done = slots.take(now, taken)
        if chance.random() * 100 < behaviour.tail.percent:
            done += taken * (behaviour.tail.times - 1)
        seconds[int(done)].append(1000 * (done - now))
    shown = [percentiles(latencies)[3] for second, latencies in seconds.items() if WARM_UP <= second < SECONDS]
    return sum(shown) / len(shown)
