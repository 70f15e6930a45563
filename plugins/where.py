"""Where a commit or a ticket of a service is, for the room and the dashboard: `include/steps/branches/where.py` with
this Airflow's connections."""

from include.domain.where import Where
from plugins import wiring


def where_is(service: str, text: str) -> Where:
    """Of a commit (7 to 40 hex digits) or a ticket (API-123); BadInput for what is neither."""
    from include.steps.branches.where import where

    declared = wiring.declared(service)
    ports = wiring.ports(service, next(iter(declared.environments)), "")
    places = {(environment, here.region): wiring.ports(service, environment, here.region).clusters
              for environment, settings in declared.environments.items() for here in settings.regions}
    return where(text, declared, ports.branches, ports.images, ports.archive, places)
