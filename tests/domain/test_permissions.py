"""What each act may do to each DAG."""

import pytest

from include.domain.declared.permissions import Permissions
from include.domain.permissions import ACTS, Right, rights

DECLARED = Permissions(read=["see"], push=["pusher"], approve=["boss"], roll_back=["on_call"], hold=["on_call"],
                       deploy=["dev", "pusher"])


@pytest.mark.parametrize(("verb", "environment", "more"), [
    pytest.param("patch_push", "prod", {"pusher": Right.START, "on_call": Right.CHANGE},
                 id="who rolls back ends a push"),
    pytest.param("weekly_push", "prod", {"pusher": Right.START, "boss": Right.CHANGE, "on_call": Right.CHANGE},
                 id="who says go starts none"),
    pytest.param("roll_back", "prod", {"on_call": Right.START}, id="in prod"),
    pytest.param("roll_back", "staging", {"dev": Right.START, "pusher": Right.START}, id="elsewhere it is a deploy's"),
    pytest.param("test_deploy", "prod", {"dev": Right.START, "pusher": Right.START}, id="a deploy"),
    pytest.param("lift_veto", "prod", {}, id="what nobody is declared for is for the administrators")])
def test_everybody_who_is_named_reads_and_does_what_they_are_named_for(verb, environment, more):
    everybody = dict.fromkeys(("see", "pusher", "boss", "on_call", "dev"), Right.READ)
    assert rights(DECLARED, verb, environment) == everybody | more


def test_each_act_is_declared_and_has_dags():
    assert {"read", *ACTS} == set(Permissions.model_fields)
    assert all(ACTS.values())


def test_what_a_role_is_named_for_and_each_role_once():
    assert DECLARED.acts_of("pusher") == ("push", "deploy")
    assert DECLARED.roles == ("see", "pusher", "boss", "on_call", "dev")
