"""What is kept of a person's act."""

from dataclasses import replace
from datetime import UTC, datetime

from include.domain.audit import HOLD, KEEP, HumanAct, about, audit_key, read, written

ACT = HumanAct("api", "prod", KEEP, "ada", datetime(2026, 11, 3, 9, 5, tzinfo=UTC), "a known false alarm",
               "regions: us-east-1", "http://airflow/dags/api_keep/runs/1")


def test_what_is_kept_is_read_again_also_where_a_later_version_says_more():
    assert read(written(ACT)) == ACT
    assert read(written(ACT).replace(b'"by"', b'"mood": "calm", "by"')) == ACT


def test_one_act_has_one_key_by_month_and_another_one_of_the_same_second_has_its_own():
    key = audit_key(ACT, "run 1")
    assert key.startswith("audit/api/2026/11/20261103T090500-")
    assert key == audit_key(replace(ACT, reason="otherwise told"), "run 1")
    others = [audit_key(ACT, "run 2"), audit_key(replace(ACT, act=HOLD), "run 1"),
              audit_key(replace(ACT, environment="staging"), "run 1")]
    assert len({key, *others}) == 4


def test_what_else_was_filled_in_is_one_line_without_the_reason():
    assert about({"regions": ["us-east-1", "eu-west-1"], "reason": "x", "veto": False, "push": ""}) == (
        "regions: us-east-1+eu-west-1, veto: False")
