"""The commits between what runs and what is pushed, from the repository."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from include.domain.changes.forge import Forge
from include.domain.changes.source import File, Source, SourceCommit, came_again, merged_branch, reverted
from include.domain.changes.text import one_line, shown
from include.domain.changes.tickets import ticket_ids
from include.ports import Branches, Change, FileChange

MOST_COMMITS, MOST_FILES, MOST_FILES_OF_A_COMMIT = 2000, 2000, 50
MOST_OF_A_NAME, MOST_OF_A_SUBJECT, MOST_OF_A_BODY, MOST_OF_A_PATH = 100, 300, 4000, 500     # characters


def source_of(old: str, new: str, branches: Branches, forge: Forge, projects: Collection[str]) -> Source:
    """What comes and what goes; BadInput where the repository has not both."""
    comes, goes = branches.between(old, new, MOST_COMMITS), branches.between(new, old, MOST_COMMITS)
    files = branches.files(old, new)
    told, gone = (tuple(_commit(change, forge, projects) for change in changes) for changes in (comes, goes))
    again = came_again(gone, told)
    return Source(told, tuple(replace(commit, again=again.get(commit.sha, "")) for commit in gone),
                  _files(files[:MOST_FILES]), max(0, len(files) - MOST_FILES),
                  max(len(comes), len(goes)) < MOST_COMMITS, forge.compare(old, new))


def _commit(change: Change, forge: Forge, projects: Collection[str]) -> SourceCommit:
    commit = change.commit
    subject, _, body = change.message.partition("\n")
    is_merge = len(change.parents) > 1
    return SourceCommit(
        commit.sha, one_line(commit.author, MOST_OF_A_NAME) or "nobody", commit.authored_at,
        one_line(commit.subject or subject, MOST_OF_A_SUBJECT) or "(no message)", shown(body.strip(), MOST_OF_A_BODY),
        _files(change.files[:MOST_FILES_OF_A_COMMIT]), max(0, len(change.files) - MOST_FILES_OF_A_COMMIT), is_merge,
        one_line(merged_branch(change.message), MOST_OF_A_NAME) if is_merge else "", reverted(change.message),
        tickets=ticket_ids(change.message, projects), url=forge.commit(commit.sha))


def _files(files: Sequence[FileChange]) -> tuple[File, ...]:
    return tuple(File(one_line(file.path, MOST_OF_A_PATH), file.added, file.removed) for file in files)
