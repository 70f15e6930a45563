"""What docker compose's demo asks for is written once, with new secrets, for this person's eyes alone."""

import json
import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from include.demo import cloud, compose, declaration, room

ASKED = (Path(__file__).parents[2] / "docker-compose.yaml").read_text()


@pytest.fixture
def written(tmp_path, capsys):
    assert compose.main(tmp_path) == 0
    return dotenv_values(tmp_path / ".env"), dotenv_values(tmp_path / "connections.env"), capsys.readouterr().out


def test_all_that_has_no_default_is_there(written):
    assert set(re.findall(r"\$\{(\w+):\?", ASKED)) <= {name for name, value in written[0].items() if value}


def test_the_connections_are_those_that_the_service_names(written, tmp_path):
    declared = declaration.write(tmp_path, tmp_path / "repository", declaration.time_zero(declaration.PEAK_ENDS),
                                 asks_instances=False, metrics="prometheus", room=cloud.ROOM).read_text()
    named = set(re.findall(r"connection: (\w+)", declared))
    assert {f"AIRFLOW_CONN_{name.upper()}" for name in named} == set(written[1])


def test_the_bot_has_the_password_of_its_account_and_the_admins_in_airflow(written):
    settings, connections, _ = written
    chat, airflow = (json.loads(connections[f"AIRFLOW_CONN_{name}"]) for name in ("CHAT", "AIRFLOW"))
    assert (chat["login"], chat["password"]) == (f"{room.USERS[0]}@{room.HOST}", settings[room.PASSWORD])
    assert (airflow["login"], airflow["password"]) == (settings["SERIN_ADMIN"], settings["SERIN_ADMIN_PASSWORD"])


def test_a_person_is_told_how_to_sign_in(written):
    settings, _, said = written
    assert settings["SERIN_ADMIN_PASSWORD"] in said
    assert settings["SERIN_ROOM_PASSWORD"] in said


def test_secrets_are_new_each_time_and_nobody_else_may_read_them(written, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    compose.main(other)
    again = dotenv_values(other / ".env")
    secret = [name for name in again if re.search("PASSWORD|KEY|SECRET", name)]
    assert len(secret) >= 6
    assert not [name for name in secret if again[name] == written[0][name]]
    assert {path.stat().st_mode & 0o777 for path in other.iterdir()} == {0o600}


@pytest.mark.parametrize("there", [".env", "connections.env"])
def test_what_is_there_is_never_written_over(tmp_path, capsys, there):
    (tmp_path / there).write_text("of production")
    assert compose.main(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "of production"
    assert f"{there}: already there" in capsys.readouterr().err
