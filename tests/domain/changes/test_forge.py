"""Where a person reads a commit in the browser."""

import pytest

from include.domain.changes.forge import forge_of

SHA, OLD = "a" * 40, "b" * 40


@pytest.mark.parametrize(("repository", "page"), [
    ("https://github.com/team/api.git", f"https://github.com/team/api/commit/{SHA}"),
    ("https://github.com/team/api/", f"https://github.com/team/api/commit/{SHA}"),
    ("git@github.com:team/api.git", f"https://github.com/team/api/commit/{SHA}"),
    ("ssh://git@github.com:22/team/api.git", f"https://github.com/team/api/commit/{SHA}"),
    ("https://gitlab.com/team/sub/api.git", f"https://gitlab.com/team/sub/api/-/commit/{SHA}"),
    ("https://gitlab.example.com:8443/team/api", f"https://gitlab.example.com:8443/team/api/-/commit/{SHA}"),
    ("https://bitbucket.org/team/api.git", f"https://bitbucket.org/team/api/commits/{SHA}"),
    ("https://example.com/team/api.git", ""),
    ("https://bitbucket.example.com/scm/team/api.git", ""),
    ("https://github.com/team", ""),
    ("/srv/api.git", ""),
    ("file:///srv/api.git", ""),
    ("https://[not an address/team/api", ""),
    ("", ""),
], ids=str)
def test_the_page_of_a_commit_is_worked_out_where_the_forge_is_known(repository, page):
    assert forge_of(repository).commit(SHA) == page


def test_what_is_declared_counts_before_what_is_known():
    assert forge_of("https://github.com/team/api", "https://code.example.com/api/{commit}").commit(SHA) == (
        f"https://code.example.com/api/{SHA}")


@pytest.mark.parametrize("repository", ["https://ada:secret@github.com/team/api.git",
                                        "https://secret@github.com/team/api.git",
                                        "https://github.com/team/api.git?token=secret#secret"])
def test_no_credentials_get_into_a_link(repository):
    assert forge_of(repository).commit(SHA) == f"https://github.com/team/api/commit/{SHA}"


def test_the_difference_of_two_commits_has_a_page_too():
    assert forge_of("https://github.com/team/api").compare(OLD, SHA).endswith(f"/compare/{OLD}...{SHA}")
    assert forge_of("https://gitlab.com/team/api").compare(OLD, SHA).endswith(f"/-/compare/{OLD}...{SHA}")
    assert forge_of("https://bitbucket.org/team/api").compare(OLD, SHA).endswith(f"/{SHA}%0D{OLD}")


@pytest.mark.parametrize("sha", ["", "main", "../x", "a" * 6, "javascript:alert(1)", '"onload="'])
def test_what_is_no_hash_has_no_page(sha):
    assert forge_of("https://github.com/team/api").commit(sha) == ""
    assert forge_of("https://github.com/team/api").compare(sha, SHA) == ""


def test_a_hostile_path_is_quoted_and_no_pattern():
    link = forge_of('https://github.com/te"am/<script>{commit}').commit(SHA)
    assert link == f"https://github.com/te%22am/%3Cscript%3E%7Bcommit%7D/commit/{SHA}"
