"""A repository behind https or ssh: asked through libgit2, which starts no program and reads no configuration of ssh.

What it is opened with goes to its own host alone. The host's certificate or key is always checked: pygit2 without a
check of ours lets any ssh host through.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pygit2
from pygit2.enums import CredentialType

from include.adapters.branches.git_keys import must_be_usable
from include.domain.errors import BadInput, Retryable
from include.domain.repositories import Access, Transport, shown, transport

T = TypeVar("T")
HEADS = "refs/heads/"
CONNECT_MILLISECONDS, ANSWER_MILLISECONDS = 10_000, 60_000
REFUSED = ("authentication", "401", "403", "404", "not found", "certificate", "unsupported url", "credentials",
           "private key", "denied", "exchange encryption keys")
MOST_OF_AN_ERROR = 300      # characters
HOME = Lock()               # libgit2 finds known hosts by the home folder, of which a process has one


class Remote:
    """`access` None: whoever asks may read."""

    def __init__(self, url: str, access: Access | None = None) -> None:
        self.url, self.access = url, access
        self.turned_down = False

    def __str__(self) -> str:
        return f"repository {shown(self.url)}"

    @property
    def is_ssh(self) -> bool:
        return transport(self.url) == Transport.SSH

    def asked(self, question: Callable[[], T]) -> T:
        """The remote's answer; BadInput where it refuses us, Retryable where it cannot be reached."""
        pygit2.settings.server_connect_timeout = CONNECT_MILLISECONDS
        pygit2.settings.server_timeout = ANSWER_MILLISECONDS
        self.turned_down = False
        if self.is_ssh and self.access:
            must_be_usable(self.access.key, self.access.connection)
        try:
            with self._known_hosts():
                return question()
        except (pygit2.GitError, ValueError, KeyError) as error:
            said = "it turned us down" if self.turned_down else str(error).replace("\n", " ")[:MOST_OF_AN_ERROR]
            if self.turned_down or any(text in said.lower() for text in REFUSED):
                raise BadInput(f"{self}: {said}; check {self.what_to_check}") from error
            raise Retryable(f"{self}: {said}") from error

    def heads(self) -> dict[str, str]:
        """The full names of its branches, and their newest commits; nothing is cloned."""
        with tempfile.TemporaryDirectory(prefix="serin-") as empty:
            return self.asked(lambda: self.listed(pygit2.init_repository(empty, bare=True)))

    def listed(self, repository: pygit2.Repository) -> dict[str, str]:
        """The same, within an `asked`."""
        remote = repository.remotes.create_anonymous(self.url)
        return {head.name: str(head.oid) for head in remote.list_heads(callbacks=Callbacks(self), proxy=True)
                if head.name and head.name.startswith(HEADS)}

    @property
    def what_to_check(self) -> str:
        if self.access is None:
            return "its address, and repository_connection: an Airflow connection of type git with what opens it"
        what = "the private key and its passphrase" if self.is_ssh else "the user and the token"
        return f"its address, and {what} of the connection {self.access.connection}, and what they are allowed"

    @contextmanager
    def _known_hosts(self) -> Iterator[None]:
        if not self.is_ssh:
            yield
            return
        with HOME, tempfile.TemporaryDirectory(prefix="serin-home-") as home:
            usual = pygit2.settings.homedir
            if self.access and self.access.known_hosts:
                (Path(home) / ".ssh").mkdir()
                (Path(home) / ".ssh" / "known_hosts").symlink_to(Path(self.access.known_hosts).expanduser().absolute())
                pygit2.settings.homedir = home
            try:
                yield
            finally:
                pygit2.settings.homedir = usual


class Callbacks(pygit2.RemoteCallbacks):
    """Opens one remote, once: what was turned down is not sent again."""

    def __init__(self, remote: Remote) -> None:
        super().__init__()
        self._remote, self._sent = remote, False

    def credentials(self, url: str, username_from_url: str | None, allowed_types: CredentialType) -> Any:
        access = self._remote.access
        if not access or _host(url) != _host(self._remote.url) or self._sent:
            self._remote.turned_down = True
            raise pygit2.GitError("it turned us down")
        if not self._remote.is_ssh:
            self._sent = True
            return pygit2.UserPass(access.user, access.token)
        user = username_from_url or access.user or "git"
        if not allowed_types & CredentialType.SSH_MEMORY:
            return pygit2.Username(user)
        self._sent = True
        return pygit2.KeypairFromMemory(user, "", access.key, access.passphrase)

    def certificate_check(self, certificate: None, valid: bool, host: bytes) -> bool:
        if valid:
            return True
        name, access = host.decode("utf-8", "replace"), self._remote.access
        if not self._remote.is_ssh:
            raise BadInput(f"{self._remote}: this machine does not trust the certificate of {name}")
        known = (access and access.known_hosts) or "~/.ssh/known_hosts"
        raise BadInput(f"{self._remote}: the key of {name} is not the one in {known}; compare it, and put it there "
                       f"(ssh-keyscan {name}), or name the file that has it as known_hosts_file in the extra of the "
                       "connection")


def _host(url: str) -> tuple[str | None, int | None]:
    """A redirect, or a server that calls itself something else, is another one."""
    if "://" not in url:
        return url.rpartition("@")[2].partition(":")[0], None
    parts = urlsplit(url)
    return parts.hostname, parts.port
