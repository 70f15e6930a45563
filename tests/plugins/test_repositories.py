"""An Airflow connection of type git as what opens a repository."""

import asyncio
import json

import pytest

from include.domain.errors import BadInput
from include.domain.repositories import Access
from plugins.repositories import access
from plugins.triggers.branch_head import BranchHeadTrigger
from plugins.triggers.branches import branch
from plugins.wiring import Ports
from tests.world.declared import service

HTTPS, SSH = "https://host/api.git", "git@host:team/api.git"


@pytest.fixture
def connection(monkeypatch):
    def connection(**fields):
        monkeypatch.setenv("AIRFLOW_CONN_GIT_API", json.dumps({"conn_type": "git", **fields}))
        return "git_api"
    return connection


def test_without_a_connection_nothing_opens_it():
    assert access(HTTPS, "") is None


def test_https_is_opened_with_the_login_and_the_token(connection):
    assert access(HTTPS, connection(login="bot", password="t0ken")) == Access("git_api", "bot", "t0ken")
    assert access(HTTPS, connection(password="t0ken", host="https://elsewhere/x.git")).token == "t0ken"


def test_ssh_is_opened_with_the_key_of_the_extra(connection, tmp_path):
    extra = {"private_key": "KEY", "private_key_passphrase": "phrase", "known_hosts_file": "/etc/ssh/known"}
    assert access(SSH, connection(extra=extra)) == Access("git_api", "", "", "KEY", "phrase", "/etc/ssh/known")
    (tmp_path / "key").write_text("FILE")
    assert access(SSH, connection(login="deploy", extra={"key_file": str(tmp_path / "key")})) == Access(
        "git_api", "deploy", "", "FILE")


@pytest.mark.parametrize(("repository", "extra", "why"), [
    (HTTPS, {}, "needs an access token in its password"),
    (SSH, {}, "needs a private_key, or a key_file, in its extra"),
    (SSH, {"key_file": "/nobody"}, "its key_file /nobody cannot be read: No such file"),
    (SSH, {"key_file": "/etc", "private_key": "K3Y"}, "cannot be provided at the same time"),
    (SSH, {"private_key": "K3Y", "strict_host_key_checking": "no"}, "the host's key is always checked"),
    (SSH, {"private_key": "K3Y", "ssh_port": 2222}, "ssh_port in its extra is not used here: write it in the address"),
    (SSH, {"private_key": "K3Y", "ssh_config_file": "/x"}, "ssh_config_file in its extra is not used here"),
    (SSH, {"private_key": "K3Y", "host_proxy_cmd": "rm -rf /"}, "host_proxy_cmd in its extra is not used here"),
    (HTTPS, {"private_key": "K3Y", "github_app_id": "1", "github_installation_id": "2"}, "github_app_id in its extra")])
def test_a_connection_that_cannot_open_it_is_refused_by_name_and_its_secrets_are_not_told(connection, repository, extra,
                                                                                       why):
    with pytest.raises(BadInput, match="connection git_api: ") as caught:
        access(repository, connection(extra=extra))
    assert why in str(caught.value)
    assert "K3Y" not in str(caught.value)


def test_all_that_reaches_the_repository_is_handed_what_opens_it(connection):
    connection(password="t0ken")
    ports = Ports(service(repository=HTTPS, repository_connection="git_api"), "prod", "us-east-1")
    assert ports.branches._remote.access == ports.merges._remote.access == Access("git_api", "user", "t0ken")


def test_the_watcher_carries_the_name_of_the_connection_and_no_secret(connection, monkeypatch):
    connection(password="t0ken")
    asset = branch(service(repository=HTTPS, repository_connection="git_api"), "prod")
    trigger = asset.watchers[0].trigger
    assert trigger.serialize()[1]["connection"] == "git_api"
    assert "t0ken" not in repr(trigger.serialize())
    asked = []
    monkeypatch.setattr("include.adapters.branches.git.remote_heads",
                        lambda *arguments: asked.append(arguments) or {"prod": "c0ffee"})
    assert asyncio.run(BranchHeadTrigger(**trigger.serialize()[1])._head()) == "c0ffee"
    assert asked == [(HTTPS, Access("git_api", "user", "t0ken"))]
