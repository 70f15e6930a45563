"""`python3 -m include.demo.compose`: what `docker compose --profile demo up` asks for, with new secrets: `.env`, and
`connections.env` with the connections of the demo's service. Standard library only: it runs before anything is built.
"""

import base64
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENDPOINT = "http://local-cloud:4566"


def settings(password: str, room_password: str) -> dict[str, str]:
    return {
        "SERIN_DECLARED": "declared",           # the volume that the local cloud fills
        "SERIN_DECLARED_MODE": "rw",            # the service's repository is in it, and Serin merges there
        "POSTGRES_PASSWORD": secrets.token_hex(24),
        "REDIS_PASSWORD": secrets.token_hex(24),
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW_API_SECRET_KEY": secrets.token_hex(64),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(64),
        "SERIN_ADMIN": "admin",
        "SERIN_ADMIN_PASSWORD": password,
        "SERIN_ROOM_PASSWORD": room_password,
    }


def connections(password: str, room_password: str) -> dict[str, str]:
    found = {
        "aws_prod": {"conn_type": "aws", "login": "demo", "password": "demo",     # botocore insists; nobody looks
                     "extra": {"endpoint_url": ENDPOINT, "region_name": "us-east-1"}},
        "metrics": {"conn_type": "http", "host": "prometheus", "schema": "http", "port": 9090},
        "chat": {"conn_type": "generic", "login": "serin@prosody", "password": room_password, "host": "prosody",
                 "port": 5222, "extra": {"ca_file": "/opt/serin/declared/room.crt"}},
        "airflow": {"conn_type": "http", "host": "api-server", "schema": "http", "port": 8080, "login": "admin",
                    "password": password},
    }
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in found.items()}


def main(folder: Path = ROOT) -> int:
    password, room_password = secrets.token_urlsafe(12), secrets.token_urlsafe(12)
    files = {folder / ".env": settings(password, room_password),
             folder / "connections.env": connections(password, room_password)}
    if there := [str(path) for path in files if path.exists()]:
        print(f"{' and '.join(there)}: already there, and left as it is; move it away for a demo", file=sys.stderr)
        return 1
    for path, values in files.items():
        _write(path, values)
    print(f"Airflow will be at http://localhost:8080: sign in as admin, with {password}\n"
          f"The room: sign in to 127.0.0.1, port 5222, as you@prosody, with {room_password}; join serin@rooms.prosody")
    return 0


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))


if __name__ == "__main__":
    sys.exit(main())
