"""Where a repository is, and what opens it."""

import pytest

from include.domain.errors import BadInput
from include.domain.repositories import Access, Transport, shown, transport, why_not
from tests.world.declared import service


@pytest.mark.parametrize(("repository", "by"), [
    ("/srv/api.git", Transport.HERE), ("api.git", Transport.HERE), ("~/api", Transport.HERE),
    ("file:///srv/with%20space/api.git", Transport.HERE), ("file://localhost/srv/api.git", Transport.HERE),
    ("https://github.com/example/api.git", Transport.HTTPS), ("http://127.0.0.1:8080/api.git", Transport.HTTPS),
    ("ssh://git@host/api.git", Transport.SSH), ("ssh://git@host:2222/api.git", Transport.SSH),
    ("git@host:team/api.git", Transport.SSH)])
def test_how_a_repository_is_reached_is_told_by_its_address(repository, by):
    assert transport(repository) == by


@pytest.mark.parametrize("repository", ["", "ext::sh -c id", "file://host/x", "ssh:///x", "host:api.git", "git://host/x",
                                        "ftp://host/x", "a@b::sh -c id", "--upload-pack=id@host:x"])
def test_an_address_of_another_kind_is_refused(repository):
    with pytest.raises(BadInput, match="is no repository: give a path, a file:// URL, an https:// URL or one of ssh"):
        transport(repository)


def test_a_password_in_an_address_is_never_shown():
    assert shown("https://me:secret@host/x.git") == "https://host/x.git"
    with pytest.raises(BadInput) as caught:
        transport("ftp://me:secret@host/x.git")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("repository", "connection", "why"), [
    ("https://me:secret@host/x.git", "", "keep them in an Airflow connection"),
    ("https://token@host/x.git", "git_api", "keep them in an Airflow connection"),
    ("ssh://git:secret@host/x.git", "git_api", "it holds a password"),
    ("git@host:x.git", "", "ssh needs a repository_connection"),
    ("/srv/api.git", "git_api", "needs no repository_connection git_api"),
    ("http://host/x.git", "git_api", "sent for everybody to read"),
    ("ext::sh -c id", "", "is no repository")])
def test_what_does_not_fit_together_is_refused_when_it_is_declared(repository, connection, why):
    assert why in why_not(repository, connection)
    with pytest.raises(ValueError, match=f"repository: .*{why}"):
        service(repository=repository, repository_connection=connection)


@pytest.mark.parametrize(("repository", "connection"), [
    ("https://host/x.git", ""), ("https://host/x.git", "git_api"), ("git@host:x.git", "git_api"), ("/srv/api.git", ""),
    ("http://127.0.0.1:8080/x.git", "git_api"), ("http://host/x.git", "")])
def test_what_fits_together_is_taken(repository, connection):
    assert why_not(repository, connection) == ""


def test_no_secret_is_in_what_is_printed_of_it():
    access = Access("git_api", "me", "t0ken", "k3y", "phr4se", "/etc/known_hosts")
    assert repr(access) == "Access(connection='git_api', user='me', known_hosts='/etc/known_hosts')"
