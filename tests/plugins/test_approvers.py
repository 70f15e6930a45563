"""Who may answer, as Airflow knows them."""

import pytest

from include.domain.errors import BadInput
from plugins.approvers import approvers
from tests.world.declared import elsewhere, service


@pytest.fixture(autouse=True)
def users(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "ada:op,grace:ADMIN,eve:viewer")


def weekly(permissions=None, **who):
    return service(weekly={"day": "tue", "at": "10:00", **who}, permissions=permissions,
                   environments=elsewhere("staging"))


def test_the_users_that_are_declared_and_those_with_a_role_each_once():
    assert approvers(weekly(users=["linus"])) == ["linus"]
    assert approvers(weekly(users=["ada"], roles=["op", "Admin"])) == ["ada", "grace"]


def test_a_role_that_nobody_has_would_leave_nobody_and_is_refused():
    with pytest.raises(BadInput, match="no user of Airflow has the role owner or boss: nobody could answer"):
        approvers(weekly(roles=["owner", "boss"]))


def test_roles_that_airflow_does_not_tell_are_refused(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", "airflow.providers.fab.auth_manager.FabAuthManager")
    with pytest.raises(BadInput, match=r"who has a role cannot be asked of airflow\.providers\.fab.*weekly\.users"):
        approvers(weekly(users=["7"], roles=["Op"]))
    assert approvers(weekly(users=["7"])) == ["7"]


def test_with_permissions_their_roles_alone_decide_unless_users_are_named():
    permissions = {"approve": ["api_approver"]}
    assert approvers(weekly(permissions)) == []
    assert approvers(weekly(permissions, users=["7"])) == ["7"]
