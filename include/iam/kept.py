"""What the archive and the leases take, in their bucket, and metrics in CloudWatch.

Objects are only ever written with a condition: what is archived never over something else, a lease only over what was
read. S3 says that an object is not there to those alone who may list the bucket ("GetObject" in the S3 API Reference);
to all others a cluster that nobody leased yet would look forbidden. So the bucket should hold nothing else.
"""

import re
from collections.abc import Iterable, Iterator

from include.domain.service import Service
from include.iam.statement import Statement
from include.iam.uses import Use

ARCHIVED = "archive:"       # before a path in manifest.packages or manifest.config


def reading(use: Use) -> list[Statement]:
    """Records, reports and leases of the services."""
    if not use.archives:
        return []
    return [Statement("ListArchive", ("s3:ListBucket",), [_bucket(use, one) for one in use.archives]),
            Statement("ReadArchive", ("s3:GetObject",), [of for one in use.archives for of in _objects(use, one)])]


def keeping(use: Use) -> list[Statement]:
    if not use.archives:
        return []
    written = [_bucket(use, one, f"*/{one.service}/*") for one in use.archives]
    leases = [_bucket(use, one, f"leases/{one.service}/*") for one in use.archives]
    return [*reading(use),
            Statement("WriteOnce", ("s3:PutObject",), written, {"Null": {"s3:if-none-match": "false"}}),
            Statement("ChangeLeases", ("s3:PutObject",), leases, {"Null": {"s3:if-match": "false"}})]


def telling(use: Use) -> list[Statement]:
    """The bot keeps what it told, and nothing else."""
    told = [_bucket(use, one, f"rooms/{one.service}/told-{one.chat.kind}/*") for one in use.archives
            if one.chat.kind != "log"]
    return [Statement("KeepWhatWasTold", ("s3:PutObject",), told, {"Null": {"s3:if-none-match": "false"}})] \
        if told else []


def measuring(use: Use) -> list[Statement]:
    """CloudWatch knows no narrower right to read metrics than the region."""
    if not use.metrics:
        return []
    regions = sorted({region for one in use.metrics for region in one.every_region})
    return [Statement("ReadMetrics", ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
                      conditions={"StringEquals": {"aws:RequestedRegion": regions}})]


def _objects(use: Use, service: Service) -> Iterator[str]:
    yield _bucket(use, service, f"*/{service.service}/*")
    for path in _read_besides(service):
        yield _bucket(use, service, path)


def _read_besides(service: Service) -> Iterable[str]:
    """What the team's CI puts there: `archive:sboms/{commit}.json` is any object of that form."""
    paths = (*service.manifest.packages, *service.manifest.config)
    return [re.sub(r"\{[^}]*\}", "*", path.removeprefix(ARCHIVED)) for path in paths if path.startswith(ARCHIVED)]


def _bucket(use: Use, service: Service, key: str = "") -> str:
    kept = service.archive
    prefix = f"{kept.prefix.strip('/')}/" if kept.prefix.strip("/") else ""
    return use.arn("s3", f"{kept.bucket}/{prefix}{key}" if key else kept.bucket, account="", region="")
