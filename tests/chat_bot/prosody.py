"""A real XMPP server of our own: prosody, on a free port of this machine, with its own certificate."""

import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST, ROOMS = "localhost", "rooms.localhost"
PASSWORD = "only for this test"
needs_prosody = pytest.mark.skipif(shutil.which("prosody") is None, reason="prosody is not installed on this machine")


class Prosody:
    """May be killed, and started again on what it kept."""

    def __init__(self, folder: Path, users: tuple[str, ...]):
        self._folder, self.port = folder, _free_port()
        self.ca_file = folder / "server.crt"
        _certificate(self.ca_file, folder / "server.key")
        accounts = folder / "data" / HOST / "accounts"
        accounts.mkdir(parents=True)
        for user in users:
            (accounts / f"{user}.dat").write_text(f'return {{ ["password"] = "{PASSWORD}"; }};\n')
        (folder / "prosody.cfg.lua").write_text(self._config())
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["prosody", "--config", str(self._folder / "prosody.cfg.lua"), "-F"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self._listens():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, "prosody does not listen"
            time.sleep(0.05)

    def kill(self) -> None:
        """As a machine dies: nobody is told."""
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _config(self) -> str:
        return f"""
run_as_root = true
pidfile = "{self._folder}/prosody.pid"
data_path = "{self._folder}/data"
log = "{self._folder}/log"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.port} }}
s2s_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
modules_enabled = {{ "saslauth"; "tls"; "disco"; "ping"; }}
modules_disabled = {{ "s2s"; }}
authentication = "internal_plain"
c2s_require_encryption = true
ssl = {{ certificate = "{self.ca_file}"; key = "{self._folder}/server.key"; }}
VirtualHost "{HOST}"
Component "{ROOMS}" "muc"
    muc_room_locking = true
"""


def _certificate(certificate: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName(ROOMS)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
