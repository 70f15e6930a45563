"""What anybody who may push can put into a repository: each is told clearly, nothing is lost, and nothing is executed
or written where it does not belong."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pygit2
import pytest

from include.adapters.branches import git_files
from include.adapters.branches.git import GitBranches, remote_head
from include.adapters.branches.git_merge import GitMerges
from include.domain.errors import BadInput, Conflict
from include.ports import FileChange

BLOB, EXECUTABLE, LINK = (pygit2.enums.FileMode.BLOB, pygit2.enums.FileMode.BLOB_EXECUTABLE,
                          pygit2.enums.FileMode.LINK)
TREE, SUBMODULE = pygit2.enums.FileMode.TREE, pygit2.enums.FileMode.COMMIT
WHO = b"Ada <ada@example.org> 1772000000 +0000"


class Hostile:
    """A repository whose objects are written byte by byte: git itself would refuse to make some of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git = pygit2.init_repository(str(path), bare=True)
        self.branches = GitBranches(str(path))

    def blob(self, body: bytes) -> pygit2.Oid:
        return self.git.create_blob(body)

    def tree(self, *entries: tuple[int, bytes, pygit2.Oid]) -> pygit2.Oid:
        return self.git.odb.write(pygit2.enums.ObjectType.TREE, b"".join(
            b"%o %s\0%s" % (mode, name, bytes.fromhex(str(oid))) for mode, name, oid in entries))

    def commit(self, tree: pygit2.Oid | None = None, *, message: bytes = b"work", author: bytes = WHO,
               parents: tuple[str, ...] = (), branch: str = "prod") -> str:
        head = b"tree %s\n" % str(tree or self.tree()).encode()
        head += b"".join(b"parent %s\n" % parent.encode() for parent in parents)
        made = self.git.odb.write(pygit2.enums.ObjectType.COMMIT,
                                  head + b"author %s\ncommitter %s\n\n%s" % (author, WHO, message))
        self.git.references.create(f"refs/heads/{branch}", made, force=True)
        return str(made)


@pytest.fixture
def hostile(tmp_path) -> Hostile:
    return Hostile(tmp_path / "api.git")


@pytest.fixture
def exported(hostile, tmp_path):
    """What `export` leaves out and what it writes, and that nothing outside was touched."""
    def exported(tree: pygit2.Oid) -> tuple[list[str], set[str]]:
        folder = tmp_path / "out" / "side" / "it"
        left_out = hostile.branches.export(hostile.commit(tree), folder)
        assert {path.name for path in tmp_path.iterdir()} == {"api.git", "out"}
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["side"]
        assert [path.name for path in (tmp_path / "out" / "side").iterdir()] == ["it"]
        for path in folder.rglob("*"):
            assert Path(os.path.realpath(path)).is_relative_to(folder)
        return left_out, {str(path.relative_to(folder)) for path in folder.rglob("*")}
    return exported


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".GIT", b".git. .", b"git~1", b"../evil", b"/tmp/serin-evil",
                                  b"a/b"])
def test_a_path_that_would_land_elsewhere_is_left_out_and_named(hostile, exported, name):
    evil = hostile.blob(b"evil")
    left_out, there = exported(hostile.tree((BLOB, name, evil), (BLOB, b"good", evil)))
    assert left_out == [name.decode()]
    assert there == {"good"}
    left_out = hostile.branches.export(hostile.commit(hostile.tree((TREE, name, hostile.tree((BLOB, b"x", evil))))),
                                       hostile.path.parent / "another")
    assert left_out == [name.decode()]
    assert not Path("/tmp/serin-evil").exists()


@pytest.mark.parametrize("target", [b"/etc/passwd", b"../outside", b"sub/../../outside", b"up/..", b"\xff/../../.."])
def test_a_link_that_leads_outside_is_left_out_and_named(hostile, exported, target):
    sub = hostile.tree((LINK, b"top", hostile.blob(b"..")))
    left_out, _ = exported(hostile.tree((LINK, b"link", hostile.blob(target)), (TREE, b"sub", sub),
                                        (LINK, b"up", hostile.blob(b"sub/top"))))
    assert left_out == ["link"]


def test_a_link_that_stays_inside_is_kept_also_where_it_leads_nowhere(hostile, exported):
    sub = hostile.tree((LINK, b"back", hostile.blob(b"../good")), (LINK, b"loop", hostile.blob(b"loop")))
    good, gone = hostile.blob(b"1"), hostile.blob(b"nobody")
    left_out, there = exported(hostile.tree((BLOB, b"good", good), (LINK, b"gone", gone), (TREE, b"sub", sub)))
    assert left_out == []
    assert there == {"good", "gone", "sub", "sub/back", "sub/loop"}


def test_nothing_is_written_through_a_link_of_the_same_name(hostile, exported, tmp_path):
    evil = hostile.tree((BLOB, b"evil", hostile.blob(b"evil")))
    left_out, there = exported(hostile.tree((LINK, b"a", hostile.blob(b"../..")), (TREE, b"a", evil)))
    assert left_out == ["a"]
    assert there == {"a", "a/evil"}


def test_a_name_that_is_there_twice_is_written_once(hostile, exported):
    left_out, there = exported(hostile.tree((BLOB, b"a", hostile.blob(b"1")), (BLOB, b"a", hostile.blob(b"2"))))
    assert (left_out, there) == (["a"], {"a"})


def test_a_submodule_is_an_empty_folder_and_nothing_is_fetched(hostile, exported):
    modules = hostile.blob(b'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch /tmp/serin-evil\n')
    left_out, there = exported(hostile.tree((BLOB, b".gitmodules", modules), (SUBMODULE, b"x", hostile.blob(b""))))
    assert (left_out, there) == ([], {".gitmodules", "x"})
    assert hostile.branches.paths(hostile.git.references["refs/heads/prod"].peel().id.__str__()) == [".gitmodules", "x"]


def test_attributes_and_filters_of_the_commit_are_not_applied(hostile, tmp_path):
    """A filter is a program."""
    hostile.git.config["filter.x.smudge"] = f"touch {tmp_path / 'evil'}"
    commit = hostile.commit(hostile.tree((BLOB, b".gitattributes", hostile.blob(b"* filter=x text eol=crlf\n")),
                                         (BLOB, b"a", hostile.blob(b"1\n"))))
    hostile.branches.export(commit, tmp_path / "it")
    assert (tmp_path / "it" / "a").read_bytes() == b"1\n"
    assert not (tmp_path / "evil").exists()


def test_what_runs_is_marked_so_and_nothing_else_is(hostile, exported, tmp_path):
    run = hostile.blob(b"#!/bin/sh\n")
    exported(hostile.tree((BLOB, b"plain", run), (EXECUTABLE, b"run", run), (0o104755, b"setuid", run)))
    modes = {path.name: path.stat().st_mode & 0o7777 & ~0o077 for path in (tmp_path / "out/side/it").iterdir()}
    assert modes == {"plain": 0o600, "run": 0o700, "setuid": modes["setuid"]}
    assert not modes["setuid"] & 0o7000


def test_a_name_that_is_too_long_for_a_disk_is_left_out(hostile, exported):
    left_out, there = exported(hostile.tree((BLOB, b"x" * 300, hostile.blob(b"1")), (BLOB, b"y", hostile.blob(b"1"))))
    assert (left_out, there) == (["x" * 300], {"y"})


def test_a_tree_that_unfolds_without_an_end_is_given_up(hostile, tmp_path, monkeypatch):
    monkeypatch.setattr(git_files, "MOST_FILES", 1000)
    tree = hostile.tree((BLOB, b"f", hostile.blob(b"")))
    for _ in range(10):
        tree = hostile.tree(*((TREE, b"%d" % number, tree) for number in range(10)))
    commit = hostile.commit(tree)
    for question in (lambda: hostile.branches.export(commit, tmp_path / "it"), lambda: hostile.branches.paths(commit)):
        with pytest.raises(BadInput, match=r"has more than 1,000 files and folders"):
            question()


def test_a_file_that_is_too_large_is_not_read_and_not_written(hostile, tmp_path, monkeypatch):
    monkeypatch.setattr(git_files, "MOST_OF_A_FILE", 1000)
    monkeypatch.setattr(git_files, "MOST_BYTES", 1500)
    large = hostile.blob(b"x" * 1001)
    commit = hostile.commit(hostile.tree((BLOB, b"a", large), (BLOB, b"b", large)))
    with pytest.raises(BadInput, match=r"a of commit [0-9a-f]{12} has 1,001 bytes: no more than 1,000 are read"):
        hostile.branches.read(commit, "a")
    with pytest.raises(BadInput, match="has more than 1,500 bytes: they are not written"):
        hostile.branches.export(commit, tmp_path / "it")


def test_a_path_that_is_no_utf8_is_shown_all_the_same(hostile, exported):
    first = hostile.commit(branch="test")
    tree = hostile.tree((BLOB, b"caf\xe9\x1b[2J", hostile.blob(b"1\n")))
    second = hostile.commit(tree, parents=(first,))
    shown = "caf\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[2J"
    assert hostile.branches.paths(second) == [shown]
    assert hostile.branches.files(first, second) == [FileChange(shown, 1, 0)]
    assert [change.files for change in hostile.branches.between(first, second)] == [(FileChange(shown, 1, 0),)]
    assert exported(tree)[0] == []


def test_a_binary_file_has_no_lines(hostile):
    first = hostile.commit(branch="test")
    second = hostile.commit(hostile.tree((BLOB, b"a", hostile.blob(b"\0\1"))), parents=(first,))
    assert hostile.branches.files(first, second) == [FileChange("a", -1, -1)]


@pytest.mark.parametrize(("message", "shown"), [
    (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
    (b"\x1b]0;evil\x07red", "\N{REPLACEMENT CHARACTER}]0;evil\N{REPLACEMENT CHARACTER}red"),
    ("a\N{RIGHT-TO-LEFT OVERRIDE}b".encode(), "a\N{REPLACEMENT CHARACTER}b"),
    (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    (b"--upload-pack=touch /tmp/serin-evil", "--upload-pack=touch /tmp/serin-evil"),
    (b"one\r\ntwo\rthree\x0bfour", "one\ntwo\N{REPLACEMENT CHARACTER}three\N{REPLACEMENT CHARACTER}four"),
    (b"", ""), (b"\n\n \n", "")])
def test_a_message_is_shown_whatever_is_in_it(hostile, message, shown):
    first = hostile.commit(branch="test")
    second = hostile.commit(message=message, parents=(first,))
    change, = hostile.branches.between(first, second)
    assert change.message == shown
    assert change.commit.subject == shown.partition("\n")[0]
    assert "\n" not in hostile.branches.commit(second).subject


def test_a_message_of_a_megabyte_is_cut_and_says_so(hostile):
    first = hostile.commit(branch="test")
    second = hostile.commit(message=b"word " * 200_000, parents=(first,))
    change, = hostile.branches.between(first, second)
    assert change.message.endswith(" … (989,999 more characters)")
    assert len(change.message) < 10_100
    assert len(change.commit.subject) < 600


def test_an_author_of_several_lines_makes_a_commit_that_nobody_can_read_and_it_is_named(hostile):
    first = hostile.commit(branch="test")
    broken = hostile.commit(author=b"Ada\ncommitter Mallory", parents=(first,))
    last = hostile.commit(parents=(broken,), message=b"on top")
    for question in (lambda: hostile.branches.commit(broken), lambda: hostile.branches.between(first, last)):
        with pytest.raises(BadInput, match="cannot be read: "):
            question()
    assert hostile.branches.head("prod") == last


@pytest.mark.parametrize(("seconds", "year"), [(b"99999999999999", 9999), (b"-5", 1970), (b"0", 1970)])
def test_a_time_that_is_none_is_the_nearest_one(hostile, seconds, year):
    commit = hostile.commit(author=b"Ada <a> " + seconds + b" +9999")
    assert hostile.branches.commit(commit).authored_at.replace(month=1, day=1).date() == datetime(
        year, 1, 1, tzinfo=UTC).date()


@pytest.mark.parametrize("branch", ["--upload-pack=touch /tmp/serin-evil", "-x", "a b", "a\nb", "$(id)", "../../HEAD",
                                    "", "a..b", "@{-1}", "x" * 5000])
def test_no_branch_has_a_name_that_could_be_an_option(hostile, branch):
    hostile.commit()
    with pytest.raises(BadInput, match=r"cannot be the name of a branch|there is no branch"):
        hostile.branches.head(branch)
    if branch != "$(id)" and len(branch) < 5000:
        with pytest.raises(BadInput, match="cannot be the name of a branch"):
            remote_head(str(hostile.path), branch)


def test_branches_with_names_like_these_hinder_nobody(hostile):
    commit = hostile.commit()
    for name in (b"caf\xe9", "<b>\N{RIGHT-TO-LEFT OVERRIDE}x".encode(), b"$(id)", b"--upload-pack=x"):
        Path(os.fsdecode(os.fsencode(hostile.path / "refs" / "heads") + b"/" + name)).write_text(f"{commit}\n")
    (hostile.path / "refs" / "heads" / "nowhere").write_text("ref: refs/heads/gone\n")
    names = ["$(id)", "--upload-pack=x", "<b>\N{REPLACEMENT CHARACTER}x", "caf\N{REPLACEMENT CHARACTER}", "prod"]
    assert hostile.branches.holding(commit) == names
    with pytest.raises(BadInput) as caught:
        hostile.branches.head("nobody")
    assert str(caught.value).endswith(", ".join(names))


def test_of_a_thousand_branches_a_few_are_listed(hostile):
    commit = hostile.commit()
    for number in range(1000):
        hostile.git.references.create(f"refs/heads/b{number:04d}", commit)
    with pytest.raises(BadInput, match=r"b0000, b0001, .+, b0019 and 981 more$"):
        hostile.branches.head("nobody")


def test_a_conflict_is_told_whatever_the_file_and_its_authors_are_called(hostile):
    def changed(body: bytes, author: bytes, branch: str, *parents: str) -> str:
        return hostile.commit(hostile.tree((BLOB, b"caf\xe9\x1b[2J", hostile.blob(body))), author=author, branch=branch,
                              parents=parents)
    first = changed(b"1", WHO, "prod")
    changed(b"2", b"B\x1b[31mo <b> 1 +0000", "prod", first)
    work = changed(b"3", b"D\xef <b> 1 +0000", "release", first)
    with pytest.raises(Conflict) as caught:
        GitMerges(str(hostile.path), "Serin", "serin@example.org").merge("prod", "release", "onwards")
    unknown = "\N{REPLACEMENT CHARACTER}"
    assert f"both changed caf{unknown}{unknown}[2J (release: D{unknown} in " in str(caught.value)
    assert f"prod: B{unknown}[31mo in " in str(caught.value)
    assert hostile.branches.head("release") == work
