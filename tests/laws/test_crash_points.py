"""A process that is killed at any AWS call leaves what the next one puts right. `python -m benchmarks.crash_points`
tries every call of three regions; here one region dies at each call that changes something."""

import json
from collections import Counter

import pytest

from tests.adapters.cloud import control_process
from tests.laws.crash_points import CrashPoints, push_and_roll_back
from tests.laws.mortal_looks import Deaths


@pytest.mark.timeout(300)
def test_a_push_and_a_rollback_end_well_wherever_their_process_is_killed(tmp_path, record_property):
    with control_process() as endpoint:
        points = CrashPoints(endpoint, "127.41", tmp_path, ("us-east-1",), Deaths(only_changes=True))
        push_and_roll_back(points, failed_at=("holds",))
    tried = Counter(where.split()[0] for where in points.deaths.tried)
    record_property("tried", json.dumps({f"deaths in {task}": count for task, count in tried.items()}
                                        | {"crash points": tried.total()}))
    assert {"launch_new", "disable_baseline", "delete_baseline", "roll_back", "finish_push"} <= set(tried)
