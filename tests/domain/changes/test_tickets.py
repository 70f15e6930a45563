"""Ticket ids in what people wrote."""

import pytest

from include.domain.changes.tickets import all_ids, ticket_ids


@pytest.mark.parametrize(("text", "ids"), [
    ("API-12: answer faster", ("API-12",)),
    ("[API-12] and (OPS-7), API-12 again", ("API-12", "OPS-7")),
    ("Merge branch 'feature/API-12-answer-faster'", ("API-12",)),
    ("see https://example.com/browse/API2-345", ("API2-345",)),
    ("API-12. A sentence ends", ("API-12",)),
    ("closes #12", ()),
    ("api-12 is written small", ()),
    ("A-1 is no project", ()),
    ("API-0 and API-007 are no numbers", ()),
    ("API-12a, XAPI_API-12, other-API-12", ()),
    ("due 2026-11-23, build B2-2026-11", ()),
    ("v1 of API-1.2", ()),
], ids=str)
def test_an_id_is_a_project_and_a_number_and_stands_by_itself(text, ids):
    assert ticket_ids(text) == ids


@pytest.mark.parametrize("text", ["UTF-8", "UTF-16", "SHA-256", "SHA3-512", "ISO-8601", "ISO-8859-1", "CVE-2024-1234",
                                  "AES-256", "RFC-2616", "PEP-8", "X86-64", "GPL-3", "TLS-1.3", "HTTP-404", "MD-5",
                                  "CP-1252", "COVID-19"])
def test_the_name_of_a_standard_is_no_ticket(text):
    assert ticket_ids(f"we use {text} now") == ()


def test_of_declared_projects_alone_and_of_all_that_they_name():
    text = "API-1 OPS-2 SHA-256"
    assert ticket_ids(text, {"API"}) == ("API-1",)
    assert ticket_ids(text, {"SHA"}) == ("SHA-256",)


def test_ids_of_many_messages_are_told_once_each():
    assert all_ids(["OPS-2 API-1", "API-1", "API-3"]) == ("OPS-2", "API-1", "API-3")


def test_a_megabyte_that_looks_like_ids_is_read_in_a_moment():
    assert ticket_ids("A" * 1_000_000) == ()
    assert ticket_ids("API-" * 250_000) == ()
