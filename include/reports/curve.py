"""What a squeeze found, as drawings: panels over the load that was offered, and a history of AMIs. Boxes of WIDTH ×
HEIGHT, made of numbers only; small enough that one fills a phone and three stand side by side on a desk."""

from collections.abc import Callable, Sequence
from math import floor, isfinite, log10
from typing import NamedTuple

from include.domain.squeeze.sweet_spot import BASELINE, CANARY, SweetSpot, Tried

WIDTH, HEIGHT = 360, 210
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 24       # of the box, around the drawing
TICKS = 4
ABOVE = 3.0         # times a limit: what lies higher is drawn at the edge, or a collapse would flatten all the rest
DRAWN = 20          # squeezes of a history


class Tick(NamedTuple):
    """Where along an axis, and what stands there."""

    at: float
    label: str


class Dot(NamedTuple):
    """One step. `cut` where its value lies beyond the edge that it is drawn at; `said` is read out for it."""

    x: float
    y: float
    passed: bool
    cut: bool
    said: str


class Side(NamedTuple):
    """One side's steps, and the line through the means of each load."""

    name: str
    path: str
    dots: tuple[Dot, ...]


class Panel(NamedTuple):
    """One value over the load. `limit` and `diagonal` are paths, "" where there is none; `bands` are where the sweet
    spots lie: left edge, width, side."""

    title: str
    sides: tuple[Side, ...]
    xs: tuple[Tick, ...]
    ys: tuple[Tick, ...]
    limit: str
    diagonal: str
    bands: tuple[tuple[float, float, str], ...]


class Mark(NamedTuple):
    """One squeeze of the history: its number, and its sweet spot with the interval."""

    number: int
    x: float
    y: float
    low: float
    high: float
    newest: bool


class History(NamedTuple):
    marks: tuple[Mark, ...]
    path: str
    ys: tuple[Tick, ...]


def panels(spot: SweetSpot, curve: Sequence[Tried]) -> tuple[Panel, ...]:
    """Throughput, p99 and errors over the load; none where nothing was tried."""
    if not curve:
        return ()
    most = _round_up(max(tried.offered_rps for tried in curve))
    return (_panel("Answered, requests/s", spot, curve, most, lambda tried: tried.carried_rps, diagonal=True),
            _panel("p99, ms", spot, curve, most, lambda tried: tried.p99_ms, spot.latency_limit_ms),
            _panel("Failed, %", spot, curve, most, lambda tried: tried.error_percent, spot.error_limit_percent))


def history(past: Sequence[SweetSpot]) -> History | None:
    """Of those that found one, the newest last; None where there are fewer than two."""
    found = [spot for spot in past if spot.rps][-DRAWN:]
    if len(found) < 2:
        return None
    top = _round_up(max(_high(spot) for spot in found))
    y = _scale(top, HEIGHT - BOTTOM, TOP)
    step = (WIDTH - LEFT - RIGHT) / len(found)
    marks = tuple(Mark(number, round(LEFT + step * (number - 0.5), 1), y(spot.rps), y(_low(spot)), y(_high(spot)),
                       number == len(found)) for number, spot in enumerate(found, 1))
    return History(marks, _line([(mark.x, mark.y) for mark in marks]), _ticks(top, y))


def _panel(title: str, spot: SweetSpot, curve: Sequence[Tried], most: float, value: Callable[[Tried], float | None],
           limit: float | None = None, *, diagonal: bool = False) -> Panel:
    there = [one for tried in curve if (one := value(tried)) is not None and isfinite(one)]
    highest = max([*there, limit or 0.0], default=0.0)
    top = _round_up(min(highest, ABOVE * limit) if limit else highest)
    x, y = _scale(most, LEFT, WIDTH - RIGHT), _scale(top, HEIGHT - BOTTOM, TOP)
    across = f"M{LEFT} {y(limit)}H{WIDTH - RIGHT}" if limit else ""
    end = min(most, top)
    return Panel(title, tuple(_side(name, title, curve, value, x, y, top) for name in (BASELINE, CANARY)),
                 _ticks(most, x), _ticks(top, y), across,
                 f"M{x(0)} {y(0)}L{x(end)} {y(end)}" if diagonal else "", _bands(spot, x, most))


def _side(name: str, title: str, curve: Sequence[Tried], value: Callable[[Tried], float | None],
          x: Callable[[float], float], y: Callable[[float], float], top: float) -> Side:
    seen = [(tried, one) for tried in curve if tried.side == name
            and (one := value(tried)) is not None and isfinite(one)]
    dots = tuple(Dot(x(tried.offered_rps), y(min(one, top)), tried.passed, one > top,
                     f"{name} at {tried.offered_rps:,.0f} requests/s: {one:,.4g} {title.partition(', ')[2]}, "
                     f"{'passed' if tried.passed else 'failed'}") for tried, one in seen)
    means: dict[float, list[float]] = {}
    for tried, one in seen:
        means.setdefault(round(tried.offered_rps, 1), []).append(one)
    return Side(name, _line([(x(rate), y(min(sum(some) / len(some), top))) for rate, some in sorted(means.items())]),
                dots)


def _bands(spot: SweetSpot, x: Callable[[float], float], most: float) -> tuple[tuple[float, float, str], ...]:
    sides = ((spot.baseline_rps_low, spot.baseline_rps_high, BASELINE), (spot.rps_low, spot.rps_high, CANARY))
    return tuple((x(low), max(1.0, round(x(min(high or most, most)) - x(low), 1)), name)
                 for low, high, name in sides if low is not None and low <= most)


def _low(spot: SweetSpot) -> float:
    return spot.rps_low if spot.rps_low is not None else spot.rps or 0.0


def _high(spot: SweetSpot) -> float:
    return spot.rps_high if spot.rps_high is not None else spot.rps or 0.0


def _scale(most: float, zero: float, end: float) -> Callable[[float], float]:
    """From 0 … most to pixels."""
    return lambda value: round(zero + (end - zero) * (value / most if most else 0.0), 1)


def _ticks(most: float, place: Callable[[float], float]) -> tuple[Tick, ...]:
    return tuple(Tick(place(most * at / TICKS), f"{most * at / TICKS:,.4g}") for at in range(TICKS + 1))


def _round_up(value: float) -> float:
    """To a number that quarters well."""
    if not isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if at else 'M'}{x:.1f} {y:.1f}" for at, (x, y) in enumerate(points))


