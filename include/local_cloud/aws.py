"""Ready boto3 clients for the local cloud: what a session is to an adapter."""

from typing import Any

import boto3
from botocore.config import Config


class LocalSession:
    """One region. Credentials are needed by the signature only; any will do."""

    def __init__(self, endpoint: str, region: str):
        self.region = region
        self._endpoint = endpoint
        self._session = boto3.session.Session(aws_access_key_id="local", aws_secret_access_key="local",
                                              region_name=region)

    def client(self, service_name: str) -> Any:
        return self._session.client(service_name, endpoint_url=self._endpoint,
                                    config=Config(retries={"mode": "adaptive", "max_attempts": 8}))
