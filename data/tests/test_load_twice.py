from django.db import connection

from data.nouns import NOUNS
from data.tests.company import BYTES, FILES
from data.tests.conftest import Load

TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


def everything() -> dict[str, tuple[int, str]]:
    """Of every table, the number of its rows and a digest of all they hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        tables = sorted(name for (name,) in cursor.fetchall())
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found


def test_the_company_of_the_tests_is_in_every_file() -> None:
    assert set(FILES) == {noun.name for noun in NOUNS}


def test_the_same_folder_again_changes_nothing(loaded: Load) -> None:
    first = loaded(BYTES)
    assert (first.problem_count, [one.file for one in first.nouns if not one.new]) == (0, [])
    before = everything()
    again = loaded(BYTES)
    assert {one.file: (one.new, one.changed) for one in again.nouns} == {one.file: (0, 0) for one in first.nouns}
    assert everything() == before


def test_history_asked_for_again_changes_nothing_either(loaded: Load) -> None:
    loaded(BYTES)
    before = everything()
    loaded(BYTES, history=True)
    assert everything() == before


def test_a_load_known_today_changes_nothing_the_second_time(loaded: Load) -> None:
    loaded(BYTES, history=False)
    before = everything()
    again = loaded(BYTES)
    assert {one.file: (one.new, one.changed) for one in again.nouns} == {one.file: (0, 0) for one in again.nouns}
    assert everything() == before


def test_a_dry_run_changes_nothing(loaded: Load) -> None:
    before = everything()
    report = loaded(BYTES, dry_run=True)
    assert report.problem_count == 0
    assert everything() == before
