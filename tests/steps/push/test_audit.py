"""The trail of what people did."""

from dataclasses import replace
from datetime import UTC, datetime

from include.domain.audit import HOLD, HumanAct, audit_key
from include.steps.push.audit import keep_act, newest_acts
from tests.world.records import InMemoryArchive

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACT = HumanAct("api", "prod", HOLD, "ada", NOW, "the final")


def at(month, day):
    return replace(ACT, at=NOW.replace(month=month, day=day), reason=f"{month}-{day}")


def test_the_newest_of_this_month_and_the_last_first_and_no_other_service():
    archive = InMemoryArchive()
    for act in (at(1, 31), at(2, 1), at(2, 28), at(3, 1), replace(ACT, service="web")):
        keep_act(act, act.reason, archive)
    assert [act.reason for act in newest_acts("api", 20, NOW, archive)] == ["3-1", "2-28", "2-1"]
    assert [act.reason for act in newest_acts("api", 1, NOW, archive)] == ["3-1"]


def test_what_was_kept_stays_when_the_task_is_run_again_with_other_settings():
    archive = InMemoryArchive()
    keep_act(ACT, "run 1", archive)
    first = archive.get(audit_key(ACT, "run 1"))
    keep_act(replace(ACT, run="https://elsewhere/dags/api_hold/runs/1"), "run 1", archive)
    assert archive.get(audit_key(ACT, "run 1")) == first
