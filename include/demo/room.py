"""The demo's XMPP server: prosody's config, certificate and accounts in a folder of its own.

`python -m include.demo.room CA_FILE` becomes prosody at the host name `prosody`, as docker compose starts it; its
certificate is written to CA_FILE, by which the bot knows it.
"""

import os
import shutil
import string
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST, PORT, USERS = "prosody", 5222, ("serin", "you")
PASSWORD = "SERIN_ROOM_PASSWORD"
VALID = timedelta(days=90)


def write(folder: Path, host: str, port: int, users: Iterable[str], password: str, listen: str = "127.0.0.1") -> Path:
    """Prosody's config, of a server with these accounts and rooms at rooms.<host>; `server.crt` lies beside it."""
    accounts = folder / "data" / host.replace("-", "%2d") / "accounts"
    accounts.mkdir(parents=True, exist_ok=True)
    for user in users:
        (accounts / f"{user}.dat").write_text(f"return {{ [\"password\"] = {_lua(password)}; }};\n")
    _certificate(folder / "server.crt", folder / "server.key", host)
    config = folder / "prosody.cfg.lua"
    config.write_text(_config(folder, host, port, listen))
    return config


def main(words: list[str]) -> int:
    password = os.environ.get(PASSWORD, "")
    if not password or len(words) != 1:
        print(f"python -m include.demo.room CA_FILE, with the accounts' password in {PASSWORD}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="serin-room-"))
    config = write(folder, HOST, PORT, USERS, password, listen="0.0.0.0")
    shutil.copyfile(folder / "server.crt", words[0])
    os.execvp("prosody", ["prosody", "--config", str(config), "-F"])


def _config(folder: Path, host: str, port: int, listen: str) -> str:
    return f"""
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = "{folder}/log"
interfaces = {{ "{listen}" }}
c2s_ports = {{ {port} }}
s2s_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
modules_enabled = {{ "saslauth"; "tls"; "disco"; "ping"; }}
modules_disabled = {{ "s2s"; }}
authentication = "internal_plain"
c2s_require_encryption = true
ssl = {{ certificate = "{folder}/server.crt"; key = "{folder}/server.key"; }}
VirtualHost "{host}"
Component "rooms.{host}" "muc"
    muc_room_locking = true
"""


def _lua(text: str) -> str:
    """A Lua string: each byte that could end it by its number."""
    safe = string.ascii_letters + string.digits
    return '"' + "".join(chr(byte) if chr(byte) in safe else f"\\{byte:03d}" for byte in text.encode()) + '"'


def _certificate(certificate: Path, key_file: Path, host: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + VALID)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host), x509.DNSName(f"rooms.{host}")]),
                           critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
