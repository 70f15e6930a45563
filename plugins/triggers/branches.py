"""The branches of services as assets: DAGs are scheduled on them."""

from airflow.sdk import Asset, AssetWatcher

from include.domain.service import Service
from plugins.triggers.branch_head import BranchHeadTrigger


def branch(service: Service, name: str) -> Asset:
    """One branch of the service's repository; a new commit is an event of it, with `commit` in its payload."""
    trigger = BranchHeadTrigger(service.repository, name, service.watch_every_seconds,
                                service.repository_connection, service.service)
    # A scheme that begins with x- is left alone; for any other Airflow loads every provider, boto3 too, at each parse.
    return Asset(name=f"{service.service}_{name}_branch", uri=f"x-git-head://{service.service}/{name}",
                 watchers=[AssetWatcher(name=f"{service.service}_{name}_head", trigger=trigger)])
