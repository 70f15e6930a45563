"""What a person types to do something by hand, whole, so that a sentence may end with it."""

import json
from collections.abc import Sequence
from shlex import quote


def to_keep(service: str, region: str) -> str:
    """Keep a push that is counted down."""
    return _trigger(f"{service}_keep", {"regions": [region], "reason": "…"})


def to_roll_back(service: str, regions: Sequence[str], push_id: str) -> str:
    """Undo a push."""
    return _trigger(f"{service}_roll_back", {"regions": list(regions), "push": push_id, "reason": "…"})


def to_repair(service: str, regions: Sequence[str]) -> str:
    """Have put right what pushes left over."""
    return _trigger(f"{service}_repair", {"do_it": True, "regions": list(regions), "reason": "…"})


def _trigger(dag: str, conf: dict[str, object]) -> str:
    return f"airflow dags trigger {dag} --conf {quote(json.dumps(conf, ensure_ascii=False))}"
