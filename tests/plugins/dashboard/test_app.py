"""The dashboard behind Airflow's own login and permissions, route by route."""

import pytest
from airflow.api_fastapi.app import create_auth_manager, init_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.utils.db import initdb
from fastapi import FastAPI
from fastapi.testclient import TestClient

from include.dashboard.view import Sources
from include.domain.audit import HOLD, HumanAct
from include.steps.push.audit import keep_act
from plugins.dashboard import app as dashboard
from plugins.dashboard import kept
from tests.stories.flow import Flow
from tests.world.world import World

ROUTES = ("/serin/", "/serin/api", "/serin/api/where?what=PROJ-1", "/serin/api/kept/pushes/api/api-1/push.html")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def stage():
    """A world that had one push, and the app over it. Airflow looks up in its database which tokens were revoked."""
    initdb()
    world = World()
    world.branches.push("prod", f"PROJ-1: {HOSTILE}")
    flow = Flow(world)
    flow.push(reason=HOSTILE)
    for run, reason in (("http://airflow/dags/api_hold/runs/1", HOSTILE), ("javascript:alert(1)", "the final")):
        keep_act(HumanAct("api", "prod", HOLD, f"ada{HOSTILE}", world.now, reason, f"ami: {HOSTILE}", run), run,
                 world.archive)
    places = {("prod", region): clusters for region, clusters in world.clusters.items()}
    sources = Sources(world.service, places, world.archive, world.leases, world.branches, world.images, flow.markets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_sources", lambda _: sources)
        patch.setattr(kept.wiring, "service_named", lambda _: world.service)
        patch.setattr(dashboard, "services", lambda: [world.service])
        patch.setattr(dashboard, "_now", lambda: world.now)
        root = FastAPI()
        init_auth_manager(root)
        root.mount("/serin", dashboard.make_app())
        yield flow.push_id, root, world.archive


@pytest.fixture
def client(stage):
    def made(role: str | None) -> TestClient:
        found = TestClient(stage[1], base_url="http://airflow", follow_redirects=False)
        if role:
            user = SimpleAuthManagerUser(username=role, role=role.upper())
            found.headers["Authorization"] = f"Bearer {create_auth_manager().generate_jwt(user)}"
        return found
    return made


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_login_nothing_is_shown_and_a_browser_is_sent_to_it(client, route):
    assert client(None).get(route).status_code == 401
    answer = client(None).get(route, headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert "login" in answer.headers["location"]


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_not_read_the_services_dags_gets_403_on_every_route(client, route, monkeypatch):
    monkeypatch.setattr(dashboard, "_may", lambda *_: False)
    assert client("viewer").get(route).status_code == 403


@pytest.mark.parametrize("route", ["/serin/nobody", "/serin/nobody/where?what=1",
                                   "/serin/nobody/kept/pushes/nobody/a/push.html"])
def test_a_service_that_is_not_there_looks_like_one_that_is_hidden(client, route):
    assert client("admin").get(route).status_code == 403


def test_the_first_page_is_that_of_a_service_that_may_be_seen(client):
    answer = client("viewer").get("/serin/")
    assert (answer.status_code, answer.headers["location"]) == (303, "./api")


def test_a_reader_sees_everything_and_is_offered_nothing(client):
    page = client("viewer").get("/serin/api").text
    assert "You may look, and start nothing." in page
    assert '<a data-airflow href="/dags/' not in page


def test_who_may_start_runs_finds_airflows_own_forms(client):
    page = client("user").get("/serin/api").text
    assert '<a data-airflow href="/dags/api_roll_back">Roll back</a>' in page


def test_what_people_wrote_is_text_on_every_page(client):
    for route in ("/serin/api", f"/serin/api/where?what={HOSTILE}", "/serin/api/where?what=PROJ-1"):
        page = client("admin").get(route).text
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


def test_what_people_did_is_shown_with_who_and_why_and_only_a_page_is_linked(client):
    page = client("viewer").get("/serin/api").text.partition("What people did")[2]
    assert "the final" in page
    assert '<a data-airflow href="http://airflow/dags/api_hold/runs/1">run</a>' in page
    assert "javascript:" not in page


def test_a_report_is_shown_in_an_origin_of_its_own(client, stage):
    answer = client("viewer").get(f"/serin/api/kept/pushes/api/{stage[0]}/canary.html")
    assert answer.status_code == 200
    assert "sandbox allow-scripts" in answer.headers["Content-Security-Policy"]
    assert "allow-same-origin" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("key", [
    "leases/api/prod/us-east-1.json", "rooms/api/said/202611/x.json", "pushes/other/api-1/push.html",
    "pushes/api/../../leases/x.json", "pushes/api/%2e%2e/%2e%2e/leases/x.json", "pushes/api/none.html", "../x.html",
    "pushes/api/.hidden/x.html", "pushes/api/x.exe", "pushes/api/"])
def test_nothing_else_of_the_archive_can_be_read(client, stage, key):
    for secret in ("leases/api/prod/us-east-1.json", "rooms/api/said/202611/x.json", "leases/x.json",
                   "pushes/other/api-1/push.html", "pushes/api/.hidden/x.html", "pushes/api/x.exe"):
        stage[2].objects.setdefault(secret, b"secret")
    assert client("admin").get(f"/serin/api/kept/{key}").status_code in (404, 403)


def test_aws_is_asked_once_for_many_readers(client, stage, monkeypatch):
    asked = []
    monkeypatch.setattr(kept, "read_view", lambda *values: asked.append(1) or _view(values))
    for _ in range(5):
        client("viewer").get("/serin/api")
    assert len(asked) <= 1


def _view(values):
    from include.dashboard.view import read_view

    return read_view(*values)


def test_the_page_says_how_old_it_is(client):
    assert 'data-read="1' in client("viewer").get("/serin/api").text
