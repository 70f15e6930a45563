"""Remote repositories, with real servers: git's http-backend behind a password, and an ssh server behind a key."""

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from include.adapters.branches.git import GitBranches, remote_head
from include.adapters.branches.git_keys import must_be_usable
from include.adapters.branches.git_merge import GitMerges
from include.domain.errors import BadInput, Refused, Retryable
from include.domain.repositories import Access
from include.local_cloud import service_repository
from tests.adapters.git_servers import TOKEN, USER, SshServer, as_file, line_of_known_hosts, new_key, over_http

pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'Queue.join':RuntimeWarning")     # of asyncssh


@dataclass
class Remote:
    """A served repository, what opens it, and the repository itself."""

    url: str
    access: Access
    path: Path

    def git(self, *arguments: str) -> str:
        """As somebody: the person who runs the tests need have told git no name."""
        somebody = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost")
        return subprocess.run(["git", "-C", str(self.path), "-c", "safe.directory=*", *somebody, *arguments],
                              check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, branch: str = "prod", kind: str = "good") -> str:
        return service_repository.commit(self.path, kind, branch)


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "served" / "api.git"
    service_repository.create(path)
    subprocess.run(["git", "-C", str(path), "checkout", "-q", "--detach"], check=True)
    return path


@pytest.fixture
def http(repository):
    with over_http(repository.parent) as url:
        yield Remote(f"{url}/api.git", Access("git_api", USER, TOKEN), repository)


@pytest.fixture
def ssh(repository, tmp_path):
    with SshServer(repository.parent, tmp_path).serving() as server:
        yield Remote(f"{server.url}/api.git", Access("git_api", key=server.key, known_hosts=str(server.known_hosts)),
                     repository)


@pytest.fixture(params=["http", "ssh"])
def remote(request) -> Remote:
    return request.getfixturevalue(request.param)


def test_a_repository_is_read_and_moved_with_what_the_connection_holds(remote):
    fix = remote.commit()
    branches = GitBranches(remote.url, remote.access)
    assert branches.head("prod") == remote_head(remote.url, "prod", remote.access) == fix
    assert [change.commit.sha for change in branches.between(branches.head("test"), fix)] == [fix]
    merged = GitMerges(remote.url, "Serin", "serin@example.org", remote.access).merge("prod", "release", "onwards")
    assert (merged.how, remote.git("rev-parse", "release")) == ("fast-forward", fix)
    assert branches.holding(fix) == ["prod", "release"]


def test_nobody_else_is_let_in_and_the_sentence_says_what_to_check(remote):
    other = replace(remote.access, user="mallory", token="wr0ng", key=as_file(new_key()))
    for access, check in ((other, "of the connection git_api"), (None, "repository_connection")):
        if access or not remote.url.startswith("ssh"):
            with pytest.raises(BadInput, match=f"it turned us down; check its address, and .*{check}"):
                GitBranches(remote.url, access).head("prod")


@pytest.mark.parametrize("what", ["wrong", "missing", "unreachable"])
def test_no_secret_is_in_any_error(remote, what):
    access = remote.access
    if what == "wrong":
        access = replace(access, token="s3cret-token", passphrase="s3cret-phrase", key=as_file(new_key()))
    url = {"wrong": remote.url, "missing": remote.url.replace("api.git", "no.git"),
           "unreachable": remote.url.replace("127.0.0.1", "127.0.0.2")}[what]
    with pytest.raises((BadInput, Retryable)) as caught:
        GitBranches(url, access).head("prod")
    error = caught.value
    while error:
        for secret in (access.token, access.passphrase, access.key, "s3cret"):
            assert not secret or secret not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__


def test_a_remote_that_is_away_is_tried_again(remote):
    with pytest.raises(Retryable, match=r"repository .+127.0.0.2.+: failed to connect"):
        GitBranches(remote.url.replace("127.0.0.1", "127.0.0.2"), remote.access).head("prod")


@pytest.mark.parametrize("known", ["nobody", "another key of the host", "another kind of key"])
def test_a_host_whose_key_is_not_known_is_not_spoken_to(ssh, tmp_path, known):
    file, port = tmp_path / "known", int(ssh.url.rpartition(":")[2].partition("/")[0])
    kind = "ecdsa-sha2-nistp256" if known == "another kind of key" else "ssh-ed25519"
    file.write_text("" if known == "nobody" else line_of_known_hosts(port, new_key(kind)))
    with pytest.raises(BadInput, match=r"the key of 127\.0\.0\.1 is not the one in .+known; compare|exchange encrypt"):
        GitBranches(ssh.url, replace(ssh.access, known_hosts=str(file))).head("prod")


def test_without_a_file_of_known_hosts_the_users_own_is_asked(ssh):
    with pytest.raises(BadInput, match=r"is not the one in ~/\.ssh/known_hosts"):
        GitBranches(ssh.url, replace(ssh.access, known_hosts="")).head("prod")


def test_a_certificate_that_nobody_vouches_for_is_refused(repository, tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "1", "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
                   check=True, capture_output=True)
    with (over_http(repository.parent, (certificate, key)) as url,
          pytest.raises(BadInput, match=r"this machine does not trust the certificate of 127\.0\.0\.1")):
        GitBranches(f"{url}/api.git", Access("git_api", USER, TOKEN)).head("prod")


def test_an_rsa_key_never_reaches_the_library_that_it_would_crash(ssh):
    access = replace(ssh.access, key=as_file(new_key("ssh-rsa")))
    with pytest.raises(BadInput, match=r"connection git_api: its private key is of the kind ssh-rsa, .+ -t ed25519"):
        GitBranches(ssh.url, access).head("prod")


@pytest.mark.parametrize("key", ["", "garbage",
                                 "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                                 "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl*\n-----END OPENSSH PRIVATE KEY-----\n",
                                 "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n"
                                 "-----END OPENSSH PRIVATE KEY-----\n"])
def test_what_is_no_key_of_openssh_is_refused(key):
    with pytest.raises(BadInput, match="connection git_api: its private key is not in the format of OpenSSH"):
        must_be_usable(key, "git_api")


def test_a_key_with_a_passphrase_opens_with_it_and_with_no_other(repository, tmp_path):
    if not shutil.which("ssh-keygen"):
        pytest.skip("no ssh-keygen to encrypt a key with")
    server = SshServer(repository.parent, tmp_path)
    (tmp_path / "key").write_text(server.key)
    os.chmod(tmp_path / "key", 0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "s3cret", "-f", str(tmp_path / "key")], check=True,
                   capture_output=True)
    with server.serving():
        access = Access("git_api", key=(tmp_path / "key").read_text(), passphrase="s3cret",
                        known_hosts=str(server.known_hosts))
        assert GitBranches(f"{server.url}/api.git", access).head("prod")
        with pytest.raises(BadInput, match=r"private key.+; check .+ the connection git_api") as caught:
            GitBranches(f"{server.url}/api.git", replace(access, passphrase="another")).head("prod")
    assert "another" not in str(caught.value)


def test_a_redirect_to_another_host_gets_no_token(repository, http):
    """libgit2 follows it; the other host asks for a password, and is given none."""
    with over_http(repository.parent, moved_to=http.url.removesuffix("/api.git")) as url, pytest.raises(BadInput):
        GitBranches(f"{url}/api.git", http.access).head("prod")


def test_a_branch_that_the_remote_protects_is_refused_in_its_own_words(remote):
    fix = remote.commit()
    hook = remote.path / ".git" / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/release ] && exit 0\n'
                    'echo "GH006: \x1b[31mProtected branch update failed for $1." >&2\nexit 1\n')
    hook.chmod(0o755)
    merges = GitMerges(remote.url, "Serin", "serin@example.org", remote.access)
    with pytest.raises(Refused, match=r"refuses to move release: hook declined \(GH006: .+Protected branch update "
                                      r"failed for refs/heads/release\.") as caught:
        merges.merge("prod", "release", "onwards")
    assert "\x1b" not in str(caught.value)
    assert remote.git("rev-parse", "release") != fix


def test_a_token_that_may_only_read_is_told_so_when_it_writes(http):
    http.commit()
    with over_http(http.path.parent, may_write=False) as url, pytest.raises(
            BadInput, match=r"403; check .+ of the connection git_api, and what they are allowed"):
        GitMerges(f"{url}/api.git", "Serin", "serin@example.org", http.access).merge("prod", "release", "onwards")


def test_what_a_force_push_took_off_every_branch_is_still_found_where_the_remote_gives_it(remote):
    gone = remote.commit()
    remote.git("update-ref", "refs/heads/prod", "prod~1")
    branches = GitBranches(remote.url, remote.access)
    with pytest.raises(BadInput, match=f"commit {gone} of .+: there is none"):
        branches.commit(gone)
    remote.git("config", "uploadpack.allowAnySHA1InWant", "true")
    assert branches.commit(gone).sha == gone
    assert [change.commit.sha for change in branches.between(branches.head("prod"), gone)] == [gone]
    assert branches.holding(gone) == []
    with pytest.raises(BadInput, match="there is none"):
        branches.commit("0" * 40)


def test_a_branch_that_moves_meanwhile_is_merged_anew(remote, monkeypatch):
    remote.commit()
    moves, late = GitMerges._moves, []

    def later(*arguments):
        if not late:
            late.append(remote.commit("release", "leak") and remote.git("commit-tree", "-p", "release~1", "-m", "late",
                                                                        "release~1^{tree}"))
            remote.git("update-ref", "refs/heads/release", late[0])
        return moves(*arguments)
    monkeypatch.setattr(GitMerges, "_moves", later)
    merged = GitMerges(remote.url, "Serin", "serin@example.org", remote.access).merge("prod", "release", "onwards")
    assert merged.how == "merge"
    assert late[0] in remote.git("rev-list", "release").split()
