"""An Airflow connection of type git as what opens a repository."""

from pathlib import Path
from typing import TYPE_CHECKING

from include.domain.errors import BadInput
from include.domain.repositories import Access, Transport, transport

if TYPE_CHECKING:
    from airflow.providers.git.hooks.git import GitHook

# What the hook knows for a git process: no process is started here, so it would be passed over in silence.
NOT_USED = {"ssh_config_file": "give the host, port and user in the address", "host_proxy_cmd": "no proxy is started",
            "ssh_port": "write it in the address, ssh://git@host:2222/path",
            "github_app_id": "give a token in its place"}


def access(repository: str, connection: str) -> Access | None:
    """None without a connection; BadInput names what the connection lacks."""
    if not connection:
        return None
    import warnings

    from airflow.providers.git.hooks.git import GitHook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")     # of the keys of hosts, which are checked here whatever the default is
        try:
            hook = GitHook(git_conn_id=connection, repo_url=repository)
        except (ValueError, OSError) as error:
            raise BadInput(f"connection {connection}: {error}") from error
    _must_be_used(hook, connection)
    return _of_ssh(hook, connection) if transport(repository) == Transport.SSH else _of_https(hook, connection)


def _must_be_used(hook: "GitHook", connection: str) -> None:
    for name, instead in NOT_USED.items():
        if getattr(hook, name):
            raise BadInput(f"connection {connection}: {name} in its extra is not used here: {instead}")


def _of_https(hook: "GitHook", connection: str) -> Access:
    if not hook.auth_token:
        raise BadInput(f"connection {connection}: https needs an access token in its password")
    return Access(connection, hook.user_name, hook.auth_token)


def _of_ssh(hook: "GitHook", connection: str) -> Access:
    if hook.strict_host_key_checking in ("no", "off"):
        raise BadInput(f"connection {connection}: strict_host_key_checking is {hook.strict_host_key_checking!r}, and "
                       "the host's key is always checked: leave it out, and name a known_hosts_file")
    key = hook.private_key or _read(hook.key_file, connection)
    return Access(connection, hook.get_connection(connection).login or "", "", key, hook.private_key_passphrase or "",
                  hook.known_hosts_file or "")


def _read(key_file: str | None, connection: str) -> str:
    if not key_file:
        raise BadInput(f"connection {connection}: ssh needs a private_key, or a key_file, in its extra")
    try:
        return Path(key_file).expanduser().read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BadInput(f"connection {connection}: its key_file {key_file} cannot be read: {why}") from error
