"""What a person may throw at the door: each gets file, line, field and rule; nothing is loaded."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.models import Event, ExternalId, Source
from customers.models import Customer
from data.domain.load import reading
from data.models import LoadRun
from data.tests.conftest import Folder, Load
from usage.models import UsageDay

CUSTOMERS = "customer_id,name A,Acme B,Brix"
USAGE = "customer_id,day,feature,events"

Place = tuple[str, int, str, str]


def places(report: object) -> list[Place]:
    return [(one.file, one.line, one.field, one.rule) for one in report.problems]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("usage", "place"),
    [
        (b"", (1, "", "empty")),
        (b"\n\n", (1, "", "empty")),
        (b"customer_id;day;events\n", None),
        (b"customer_id,day,feature\n", (1, "events", "missing_column")),
        (b"customer_id,day,events,day\n", (1, "day", "column_twice")),
        (b"customer_id,day,events,colour\n", (1, "colour", "unknown_column")),
        (b"customer_id,day,events\nA,2025-01-01,1\nA,2025-01-02\n", (3, "", "ragged")),
        (b"customer_id,day,events\nA,2025-01-01,1,2\n", (2, "", "ragged")),
        (b"customer_id,day,events\n\nA,2025-01-01,1,2\n", (3, "", "ragged")),
        (b"customer_id,day,events\nA,2025-01-01,1\n\xff\xfe,2025-01-02,1\n", (3, "", "encoding")),
        ("customer_id,day,events\n".encode("utf-16"), (1, "", "encoding")),
        (b"customer_id,day,events\nA\0,2025-01-01,1\n", (2, "", "nul")),
        (b'customer_id,day,events\n"A,2025-01-01,1\n', (2, "", "quotes")),
        (b"customer_id,day,events\nC,2025-01-01,1\n", (2, "customer_id", "unknown")),
        (b"customer_id,day,events\n,2025-01-01,1\n", (2, "customer_id", "required")),
        (b"customer_id,day,events\nA,2025-02-29,1\n", (2, "day", "date")),
        (b"customer_id,day,events\nA,01/02/2025,1\n", (2, "day", "date")),
        (b"customer_id,day,events\nA,today,1\n", (2, "day", "date")),
        (b"customer_id,day,events\nA,2025-01-01,-1\n", (2, "events", "too_small")),
        (b"customer_id,day,events\nA,2025-01-01,1.5\n", (2, "events", "integer")),
        (b"customer_id,day,events\nA,2025-01-01,99999999999\n", (2, "events", "integer")),
        (
            b"customer_id,day,feature,events\nA,2025-01-01,x,1\nB,2025-01-01,x,1\nA,2025-01-01,x,2\n",
            (4, "customer_id, day, feature", "twice"),
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_line(loaded: Load, usage: bytes, place: tuple[int, str, str] | None) -> None:
    report = loaded({"customers": CUSTOMERS, "usage": usage})
    assert report.refused
    if place:
        assert places(report) == [("usage.csv", *place)]
    assert not Customer.objects.exists()
    assert not UsageDay.objects.exists()


def test_a_line_without_end_is_refused_in_little_memory(loaded: Load, folder: Folder, tmp_path: Path) -> None:
    long = b"customer_id,name,note\nA,Acme," + b"x" * (3 << 20) + b"\nB,Brix,y\n"
    report = loaded({"customers": long})
    assert places(report) == [("customers.csv", 2, "", "too_long")]


def test_a_quotation_that_swallows_the_file_is_refused(loaded: Load) -> None:
    rows = b"".join(b"A,Acme %d,\n" % n for n in range(300_000))
    report = loaded({"customers": b'customer_id,name,note\nX,"Xylo,\n' + rows})
    assert places(report)[0][1:] == (2, "", "quotes")


def test_lines_are_the_files_own_where_cells_hold_line_breaks(loaded: Load) -> None:
    report = loaded({"customers": b'customer_id,name,note\nA,Acme,"one\ntwo"\nB,,x\n'})
    assert places(report) == [("customers.csv", 4, "name", "required")]


def test_windows_line_ends_and_a_byte_order_mark_are_fine(loaded: Load) -> None:
    report = loaded({"customers": b"\xef\xbb\xbfcustomer_id,name\r\nA,Acme\r\n"})
    assert (report.problem_count, report.nouns[0].new) == (0, 1)


def test_line_ends_may_be_mixed(loaded: Load) -> None:
    report = loaded({"customers": b"customer_id,name\nA,Acme\r\nB,Brix\n"})
    assert report.nouns[0].new == 2


def test_what_ends_a_copy_is_only_a_cell_here(loaded: Load) -> None:
    report = loaded({"features": b"feature\nboard\n\\.\nchat\n"})
    assert report.nouns[0].new == 3


def test_every_problem_is_told_at_once(loaded: Load) -> None:
    report = loaded(
        {
            "customers": b"customer_id,name,country\nA,,Mars\nB,Brix,DE,x\n",
            "usage": b"customer_id,day,events\nA,2025-01-01,x\nC,2025-01-01,1\n",
        }
    )
    assert places(report) == [
        ("customers.csv", 2, "country", "country"),
        ("customers.csv", 2, "name", "required"),
        ("customers.csv", 3, "", "ragged"),
        ("usage.csv", 2, "events", "integer"),
        ("usage.csv", 3, "customer_id", "unknown"),
    ]


def test_customers_that_can_not_be_read_are_not_told_as_unknown(loaded: Load) -> None:
    report = loaded({"customers": b"", "usage": b"customer_id,day,events\nA,2025-01-01,1\n"})
    assert places(report) == [("customers.csv", 1, "", "empty")]


def test_many_problems_are_counted_and_some_shown(loaded: Load) -> None:
    rows = b"".join(b"A,%d,1\n" % n for n in range(3000))
    report = loaded({"customers": CUSTOMERS, "usage": b"customer_id,day,events\n" + rows})
    assert (report.problem_count, len(report.problems)) == (3000, 1000)


def test_good_rows_load_when_bad_ones_are_skipped(loaded: Load) -> None:
    files = {
        "customers": b"customer_id,name\nA,Acme\nB,\nC,Cube,x\n",
        "usage": b"customer_id,day,events\nA,2025-01-01,1\nB,2025-01-01,1\nA,2025-01-02,-1\n",
    }
    report = loaded(files, skip_bad=True)
    assert not report.refused
    assert [(one.new, one.dropped.total()) for one in report.nouns] == [(1, 2), (1, 2)]
    assert list(Customer.objects.values_list("name", flat=True)) == ["Acme"]
    assert UsageDay.objects.filter(feature__key="").count() == 1


def test_a_dry_run_says_what_would_be_loaded_and_changes_nothing(loaded: Load) -> None:
    report = loaded({"customers": CUSTOMERS}, dry_run=True)
    assert report.nouns[0].new == 2
    for model in (Customer, ExternalId, Source, Event, LoadRun):
        assert not model.objects.exists()


@pytest.mark.django_db
def test_a_refused_load_ends_with_1_and_lists_what_is_wrong(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("load", folder(customers=b"customer_id,name\nA,\n"))
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "customers.csv:2 name: [required] Must be given." in told
    assert "Nothing loaded: 1 problem." in told


@pytest.mark.django_db
def test_a_folder_without_our_files_is_an_error(folder: Folder) -> None:
    with pytest.raises(CommandError, match="none of our files"):
        call_command("load", folder(stuff=b"a,b\n"))


def test_a_record_is_read_with_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'a,b\n1,"x\ny"\n\n2,z\n')
    assert [row.line for row in reading.rows(path, 2)] == [2, 5]
