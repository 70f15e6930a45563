"""An Airflow connection as what adapters are handed."""

from typing import Any


class Session:
    """What adapters are handed: ready boto3 clients of one Airflow connection in one region."""

    def __init__(self, connection: str, region: str, attempts: int = 8, read_seconds: int = 30):
        self.connection, self._region = connection, region
        self._attempts, self._read_seconds = attempts, read_seconds
        self._clients: dict[str, Any] = {}

    def client(self, service_name: str) -> Any:
        if service_name not in self._clients:
            self._clients[service_name] = self._build(service_name)
        return self._clients[service_name]

    def _build(self, service_name: str) -> Any:
        from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
        from botocore.config import Config

        config = Config(retries={"mode": "adaptive", "max_attempts": self._attempts},
                        connect_timeout=5, read_timeout=self._read_seconds)
        return AwsBaseHook(aws_conn_id=self.connection, client_type=service_name,
                           region_name=self._region, config=config).get_conn()
