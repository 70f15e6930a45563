"""Records and their revisions."""

from include.domain.records import as_revision, newest


def test_the_newest_record_is_found_by_its_number():
    folder = "pushes/api/api-1/"
    keys = [folder + as_revision("record.json", number) for number in (1, 2, 10)]
    assert newest([*keys, folder + "record-x.json", folder + "readings.json"]) == 10
    assert newest(keys[:1]) == 1
    assert newest([]) == 0
