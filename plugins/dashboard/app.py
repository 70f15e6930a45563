"""The dashboard inside Airflow's UI. Airflow's own login decides who comes in, and its permissions on a service's DAGs
who may see it and start what: this app changes nothing, it links to Airflow's forms."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, get_user
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as Refusal

from include.reports.dashboard import dashboard_page, where_page
from plugins.dashboard.kept import Kept
from plugins.services import services

# What a person may start, by the part of the DAG's name behind the service's.
ACTIONS = {"patch_push": "Start a push", "weekly_push": "Start a weekly push", "roll_back": "Roll back", "keep": "Keep",
           "hold": "Hold", "resume": "Resume", "lift_veto": "Lift a veto", "squeeze": "Squeeze",
           "report_now": "Report now", "repair": "Repair", "calibrate": "Calibrate"}
SEEN_BY = "patch_push"      # who may read this DAG may see the service
TYPES = {"html": "text/html; charset=utf-8", "json": "application/json", "log": "text/plain; charset=utf-8",
         "txt": "text/plain; charset=utf-8"}
# What people read of the archive, by its keys: neither leases nor what the room was told, and nothing by `..`.
REPORT = re.compile(r"(pushes|gates|squeezes|manifests)/(?P<service>[a-z0-9_]+)/([\w@+=,-][\w@+=,.-]*/)*"
                    rf"[\w@+=,-][\w@+=,.-]*\.(?P<type>{'|'.join(TYPES)})")
FRAMED = "frame-ancestors 'self'"     # Airflow's own pages, and nobody else's
ALONE = "sandbox allow-scripts allow-popups"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
           "Content-Security-Policy": FRAMED}


def make_app() -> FastAPI:
    app = FastAPI(title="Serin", dependencies=[Depends(get_user)], docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Refusal, _refused)
    kept = Kept()

    @app.get("/")
    def first(user: GetUserDep) -> Response:
        """The first service that the reader may see."""
        seen = next(_seen_by(user), "")
        if not seen:
            raise HTTPException(403, "There is no service that you may see.")
        return RedirectResponse(f"./{seen}", 303)

    @app.get("/{service}")
    def one(service: str, user: GetUserDep) -> Response:
        seen = _must_see(service, user)
        view = kept.view(service, _now())
        others = [name for name in seen if name != service]
        return HTMLResponse(dashboard_page(view, others, _actions(service, user)), headers=HEADERS)

    @app.get("/{service}/where")
    def where(service: str, user: GetUserDep, what: str = Query(max_length=80)) -> Response:
        _must_see(service, user)
        return HTMLResponse(where_page(service, what, kept.where(service, what)), headers=HEADERS)

    @app.get("/{service}/kept/{key:path}")
    def report(service: str, key: str, user: GetUserDep) -> Response:
        """A report or a log out of the archive, for readers who have no account in AWS. Whatever is in it, it runs in
        an origin of its own: it can read nothing of Airflow's."""
        _must_see(service, user)
        found = REPORT.fullmatch(key)
        body = kept.read(service, key) if found and found["service"] == service else None
        if body is None:
            raise HTTPException(404, "There is no such report.")
        return Response(body, media_type=TYPES[found["type"]],
                        headers=HEADERS | {"Content-Security-Policy": f"{ALONE}; {FRAMED}"})

    return app


def _must_see(service: str, user: GetUserDep) -> list[str]:
    """All that the reader may see, this one among them. One that is not there is refused as one that is hidden."""
    seen = list(_seen_by(user))
    if service not in seen:
        raise HTTPException(403, "You may not see this service, or there is none of this name.")
    return seen


def _seen_by(user: GetUserDep) -> Iterator[str]:
    return (service.service for service in services() if _may("GET", f"{service.service}_{SEEN_BY}", user))


def _actions(service: str, user: GetUserDep) -> list[tuple[str, str]]:
    dags = ((f"{service}_{verb}", what) for verb, what in ACTIONS.items())
    return [(dag, what) for dag, what in dags if _may("POST", dag, user, DagAccessEntity.RUN)]


def _may(method: str, dag: str, user: GetUserDep, entity: DagAccessEntity | None = None) -> bool:
    return get_auth_manager().is_authorized_dag(method=method, access_entity=entity, details=DagDetails(id=dag),
                                                user=user)


async def _refused(request: Request, error: Refusal) -> Response:
    """Who has no login is sent to it; everybody else is told."""
    if error.status_code == 401 and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(get_auth_manager().get_url_login(next_url=str(request.url)), 303)
    return HTMLResponse(f"<!doctype html><title>Serin</title><p>{_plain(error.detail)}</p>", error.status_code,
                        headers=HEADERS)


def _plain(text: object) -> str:
    from markupsafe import escape

    return str(escape(str(text)))


def _now() -> datetime:
    return datetime.now(UTC)
