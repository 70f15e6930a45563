"""Past canaries as bytes, and the floors that are rebuilt from them. Bytes that another version or another program
wrote are passed over and counted: what cannot be read never stops a verdict."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from include.domain.scoring.floors import LAST, Floors, rebuilt
from include.domain.scoring.instances import filled
from include.domain.scoring.past import Past
from include.domain.scoring.series import NAMES


@dataclass(frozen=True)
class Learned:
    """`found` is how many past canaries there were, `unread` why some of them could not be read, by name."""

    floors: Floors
    found: int
    unread: Mapping[str, str]

    def filled(self, instances: Floors) -> "Learned":
        """With the floors of `instances` where these know too little."""
        return replace(self, floors=filled(self.floors, instances))

    @property
    def said(self) -> str:
        """Which floors these are."""
        if not self.floors.sources:
            return f"no good canary before this one, so no floors{self.but}"
        return f"floors of {' and '.join(self.floors.sources)}{self.but}"

    @property
    def but(self) -> str:
        """What is left out of them; empty where that is nothing."""
        return f"; {len(self.unread)} of {self.found} could not be read" if self.unread else ""


def key(service: str, push_id: str, at: datetime) -> str:
    """Where a canary that was judged at `at` is kept: keys in their order are canaries in their order."""
    return f"{folder(service)}{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{push_id}.npz"


def folder(service: str) -> str:
    return f"history/{service}/"


def newest(keys: Iterable[str], last: int = LAST) -> list[str]:
    """Those that floors are rebuilt from, the oldest first."""
    return sorted(key for key in keys if key.endswith(".npz"))[-last:]


def learned(bodies: Mapping[str, bytes | None]) -> Learned:
    """Floors from these past canaries, the oldest first; None for one that is gone."""
    pasts, unread = [], {}
    for name, body in bodies.items():
        try:
            pasts.append(unpacked(body or b""))
        except ValueError as error:
            unread[name] = str(error)
    return Learned(rebuilt(pasts), len(bodies), unread)


def packed(past: Past) -> bytes:
    """The same past gives the same bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **past.to_arrays())
    return file.getvalue()


def unpacked(body: bytes) -> Past:
    """ValueError says what is wrong with it."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            past = Past.from_arrays(arrays)
    except Exception as error:      # zip, zlib and numpy each have errors of their own for bytes that are not theirs
        raise ValueError(f"{type(error).__name__}: {error}") from error
    wrong = _wrong(past)
    if wrong:
        raise ValueError(f"{wrong}, which no canary of this version wrote")
    return past


def _wrong(past: Past) -> str | None:
    """What would break, or bend, the floors."""
    if past.names.ndim != 1 or past.names.dtype.kind != "U" or len(np.unique(past.names)) != len(past.names):
        return "its names are not a list of different texts"
    seconds = past.seconds
    if (seconds.ndim != 1 or not len(seconds) or seconds.dtype.kind != "f" or not np.isfinite(seconds).all()
            or seconds[0] <= 0 or (np.diff(seconds) <= 0).any()):
        return "its times are not positive and ascending"
    for name, values in (("value", past.value), ("error", past.error)):
        if values.shape != (len(seconds), len(NAMES), len(past.names)) or values.dtype.kind != "f":
            return f"its {name} is not (times × views × metrics)"
        if np.isinf(values).any():
            return f"its {name} has infinite numbers"
    if (past.error < 0).any() or (np.isfinite(past.value) & ~np.isfinite(past.error)).any():
        return "it has values without an error"
    return None
