"""Past canaries as bytes: what one version wrote the next reads, or passes over; nothing that lies there breaks it."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest

from include.domain.scoring.floors import rebuilt
from include.domain.scoring.history import folder, key, learned, newest, packed, unpacked
from include.domain.scoring.past import compact
from tests.domain.scoring.fleet import names, pair, pasts
from tests.domain.scoring.telemetry import Version, side

PAST = pasts(1)[0]


def changed(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **(PAST.to_arrays() | arrays))
    return file.getvalue()


def test_what_was_packed_comes_back_and_the_same_past_gives_the_same_bytes():
    body = packed(PAST)
    assert body == packed(PAST)
    for name, array in PAST.to_arrays().items():
        np.testing.assert_array_equal(unpacked(body).to_arrays()[name], array)


def test_a_real_canary_with_zeros_gaps_and_rare_events_is_read_again():
    """What we write must never be what we refuse."""
    both = [side(Version(), np.full(120, 2.0), np.random.default_rng(seed)) for seed in (1, 2)]
    shared = sorted(both[0].keys() | both[1].keys())
    canary, baseline = (np.array([one.get(name, np.full(120, np.nan)) for name in shared]) for one in both)
    assert len(unpacked(packed(compact(shared, canary, baseline, 1))).names) == len(shared)
    empty = np.empty((0, 120))
    assert len(unpacked(packed(compact([], empty, empty, 1))).names) == 0


def test_floors_are_those_of_the_pasts_that_can_be_read():
    bodies = {"1": packed(PAST), "2": b"no zip", "3": None}
    found = learned(bodies)
    np.testing.assert_array_equal(found.floors.moved, rebuilt([PAST]).moved)
    assert (found.found, set(found.unread)) == (3, {"2", "3"})
    assert found.said == "floors of the last good canary; 2 of 3 could not be read"
    assert learned({}).said == "no good canary before this one, so no floors"


@pytest.mark.parametrize(("body", "says"), [
    pytest.param(b"", "EOFError", id="empty"),
    pytest.param(b"PK\x03\x04 cut off", "Error|BadZipFile", id="half a zip"),
    pytest.param(packed(PAST)[:-40], "Error|BadZipFile", id="cut short"),
    pytest.param(changed(format=np.array(99)), "format 99", id="another version"),
    pytest.param(changed(views=np.array(["level"])), "views level", id="other views"),
    pytest.param(changed(names=np.array([{"a": 1}], dtype=object)), "allow_pickle", id="pickled objects"),
    pytest.param(changed(names=PAST.names[:-1]), "its value is not", id="a name too few"),
    pytest.param(changed(names=np.repeat(PAST.names[:1], len(PAST.names))), "its names", id="a name twice"),
    pytest.param(changed(seconds=-PAST.seconds), "its times", id="times before the start"),
    pytest.param(changed(seconds=PAST.seconds[:0], value=PAST.value[:0], error=PAST.error[:0]), "its times",
                 id="no time at all"),
    pytest.param(changed(value=np.full_like(PAST.value, np.inf)), "infinite", id="infinite values"),
    pytest.param(changed(value=np.zeros_like(PAST.value), error=np.full_like(PAST.error, np.nan)), "without an error",
                 id="values without an error"),
    pytest.param(changed(value=PAST.value.astype(complex)), "its value is not", id="no real numbers"),
])
def test_what_no_canary_wrote_is_refused_in_a_sentence(body: bytes, says: str):
    with pytest.raises(ValueError, match=says):
        unpacked(body)


def test_keys_in_their_order_are_canaries_in_their_order_and_only_the_last_count():
    at = [datetime(2026, 1, day, 3, tzinfo=UTC) for day in range(1, 32)]
    keys = [key("api", f"api-{31 - number}", moment) for number, moment in enumerate(at)]
    assert newest([*reversed(keys), f"{folder('api')}note.txt"], 3) == keys[-3:]
    assert keys[0] == "history/api/20260101T030000Z-api-31.npz"


def test_a_canary_of_a_thousand_metrics_is_small():
    assert len(packed(compact(names(1000), *pair(3, 1000), 60))) < 400_000
