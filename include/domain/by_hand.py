"""What a person types to do something by hand, whole, so that a sentence may end with it."""

import json
from collections.abc import Sequence
from shlex import quote

from include.domain.declared.environments import PROD


def dag_of(service: str, environment: str, verb: str) -> str:
    """The DAG that does this in the environment: `api_roll_back` in prod, else `api_staging_roll_back`."""
    return f"{service}_{verb}" if environment == PROD else f"{service}_{environment}_{verb}"


def to_keep(service: str, environment: str, region: str) -> str:
    """Keep a push that is counted down."""
    return _trigger(dag_of(service, environment, "keep"), {"regions": [region], "reason": "…"})


def to_roll_back(service: str, environment: str, regions: Sequence[str], push_id: str) -> str:
    """Undo a push."""
    return _trigger(dag_of(service, environment, "roll_back"),
                    {"regions": list(regions), "push": push_id, "reason": "…"})


def to_repair(service: str, environment: str, regions: Sequence[str]) -> str:
    """Have put right what pushes left over."""
    return _trigger(dag_of(service, environment, "repair"), {"do_it": True, "regions": list(regions), "reason": "…"})


def _trigger(dag: str, conf: dict[str, object]) -> str:
    return f"airflow dags trigger {dag} --conf {quote(json.dumps(conf, ensure_ascii=False))}"
