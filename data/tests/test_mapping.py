from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from django.core.management import CommandError, call_command

from core.models import ExternalId
from customers.models import Attribute, AttributeChange, Customer, Ticket
from data.domain.load.report import Report
from data.domain.load.run import Order, load_mapped
from data.domain.mapping.model import MappingError
from data.domain.mapping.parse import parse
from data.tests.conftest import AT
from subscriptions.models import SubscriptionVersion
from usage.models import UsageDay

ACCOUNTS = "id,title,land,since,colour,left\n0,Acme,UK,03.01.2025,red,1\n7,Brix,XX,04.02.2025,blue,0\n"
CUSTOMERS = """
    source = "other"
    [customers]
    file = "accounts.csv"
    [customers.columns]
    customer_id = "id"
    name = { text = "{title} ({id})" }
    country = { column = "land", map = { UK = "GB" }, else = "" }
    created_on = { column = "since", format = "DD.MM.YYYY" }
    [customers.attributes]
    country = "constant"
    colour = "constant"
    churned = { column = "left", nature = "outcome" }
"""


@pytest.fixture
def other(tmp_path: Path, db: None) -> Path:
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    return tmp_path


def mapped(folder: Path, toml: str, **files: str) -> Report:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    mapping = parse(dedent(toml))
    return load_mapped(order=Order(folder=folder, source=mapping.source), mapping=mapping, at=AT)


def test_where_no_word_is_known_the_rest_is_empty(other: Path) -> None:
    report = mapped(other, CUSTOMERS.replace('map = { UK = "GB" }', "map = {}"))
    assert not report.problems and set(Customer.objects.values_list("country", flat=True)) == {""}


def test_columns_are_named_mapped_put_together_and_reformatted(other: Path) -> None:
    report = mapped(other, CUSTOMERS)
    assert report.problem_count == 0
    rows = Customer.objects.order_by("id").values_list("name", "country", "created_on")
    assert list(rows) == [("Acme (0)", "GB", date(2025, 1, 3)), ("Brix (7)", "", date(2025, 2, 4))]
    assert set(ExternalId.objects.filter(noun="customer").values_list("value", flat=True)) == {"0", "7"}


def test_a_constant_was_always_known_an_outcome_is_marked(other: Path) -> None:
    mapped(other, CUSTOMERS)
    assert dict(Attribute.objects.values_list("key", "nature")) == {"colour": "constant", "churned": "outcome"}
    known = dict(AttributeChange.objects.filter(customer__name="Acme (0)").values_list("key", "known_on"))
    assert known == {"country": date(2025, 1, 3), "colour": date(2025, 1, 3), "churned": AT.date()}


def test_problems_are_told_of_the_others_file(other: Path) -> None:
    report = mapped(other, CUSTOMERS, accounts=ACCOUNTS.replace("04.02.2025", "soon"))
    (problem,) = report.problems
    assert (problem.file, problem.line, problem.field, problem.rule) == ("accounts.csv", 3, "created_on", "date")


def test_a_column_that_is_neither_used_nor_left_out_is_an_error(other: Path) -> None:
    with pytest.raises(MappingError, match="leave_out: mood"):
        mapped(other, CUSTOMERS, accounts="id,title,land,since,colour,left,mood\n")
    with pytest.raises(MappingError, match="no column “land”"):
        mapped(other, CUSTOMERS, accounts="id,title,since,colour,left\n")


TICKETS = """
    [tickets]
    file = "cases.csv"
    keep_first = ["ticket_id"]
    [tickets.join.account]
    file = "accounts.csv"
    on = { owner = "title" }
    [tickets.columns]
    ticket_id = "no"
    customer_id = "account.id"
    opened_at = { column = "day", format = "YYYY-MM-DD hh:mm" }
    kind = { constant = "case" }
    [[tickets.drop]]
    when = [{ column = "state", in = ["spam", "test"] }, { column = "no", is_not = "keep" }]
    say = "spam"
    [[tickets.drop]]
    when = { column = "account.id", empty = true }
    say = "of nobody we know"
    [[tickets.remark]]
    when = { column = "day", before = "account.since" }
    say = "odd"
"""
CASES = """no,owner,day,state
1,Acme,2025-05-01 3:07,open
1,Acme,2025-05-02 3:07,open
2,Brix,2025-05-01 3:07,spam
keep,Brix,2025-05-01 3:07,spam
3,Nobody,2025-05-01 3:07,open
"""


def test_rows_are_joined_dropped_and_counted(other: Path) -> None:
    report = mapped(other, CUSTOMERS + TICKETS, cases=CASES)
    assert report.problem_count == 0
    assert sorted(Ticket.objects.values_list("customer__name", "day", "kind")) == [
        ("Acme (0)", date(2025, 5, 1), "case"),
        ("Brix (7)", date(2025, 5, 1), "case"),
    ]
    assert dict(report.nouns[1].dropped) == {
        "spam": 1,
        "of nobody we know": 1,
        "the same ticket_id as an earlier row": 1,
    }


USAGE = """
    [usage]
    file = "events.csv"
    add_up = true
    [usage.derive]
    part = { column = "name", map = { a = "board", b = "board" } }
    [usage.columns]
    customer_id = "id"
    day = { column = "month", month_end = true }
    feature = "part"
    events = { column = "n", times = "weight" }
"""


def test_rows_of_one_key_are_added_up(other: Path) -> None:
    events = "id,month,name,n,weight\n0,2025-02-01,a,3,1\n0,2025-02-01,b,2,10\n0,2025-02-01,c,1,1\n"
    mapped(other, CUSTOMERS + USAGE, events=events)
    found = (
        UsageDay.objects.exclude(feature__key="").order_by("feature__key").values_list("day", "feature__key", "events")
    )
    assert list(found) == [(date(2025, 2, 28), "board", 23), (date(2025, 2, 28), "c", 1)]


def test_what_is_no_number_is_not_added_but_told(other: Path) -> None:
    events = "id,month,name,n,weight\n0,2025-02-01,a,3,1\n0,2025-02-01,b,x,10\n"
    report = mapped(other, CUSTOMERS + USAGE, events=events)
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(3, "events", "integer")]


@pytest.mark.parametrize(
    ("means", "believed"),
    [
        ("cancellation", [(None, None, date(2025, 3, 1)), (date(2025, 6, 1), None, date(2025, 6, 1))]),
        ("term", [(None, date(2025, 6, 1), date(2025, 3, 1))]),
        ("both", [(None, date(2025, 6, 1), date(2025, 3, 1)), (date(2025, 6, 1), date(2025, 6, 1), date(2025, 6, 1))]),
    ],
)
def test_an_end_means_what_the_mapping_says(
    other: Path, means: str, believed: list[tuple[date | None, date | None, date]]
) -> None:
    toml = f"""
    [subscriptions]
    file = "deals.csv"
    end_means = "{means}"
    [subscriptions.columns]
    subscription_id = "deal"
    customer_id = "id"
    interval = {{ constant = "month" }}
    amount = "price"
    currency = {{ constant = "USD" }}
    starts_on = "start"
    ends_on = "stop"
    """
    mapped(other, CUSTOMERS + toml, deals="deal,id,price,start,stop\nD,0,10,2025-03-01,2025-06-01\n")
    rows = SubscriptionVersion.objects.order_by("known_on").values_list("ends_on", "term_ends_on", "known_on")
    assert list(rows) == believed


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("source = ", "no TOML"),
        ("[customers]\nfile='x'", "source:"),
        ("source='x'\n[wombats]\nfile='x'", r"\[wombats\]"),
        ("source='x'\n[customers]\nfiel='x'", "customers.*fiel"),
        ("source='x'\n[customers]\nfile='../x'", "customers. file"),
        ("source='x'\n[customers]\nfile='/etc/passwd'", "customers. file"),
        ("source='x'\n[customers]\nfile='x'\n[customers.columns]\nshoe='x'", "columns.shoe"),
        ("source='x'\n[customers]\nfile='x'\n[customers.columns]\nname=3", "columns.name"),
        ("source='x'\n[customers]\nfile='x'\n[customers.columns]\nname={column='a', sql='b'}", "sql"),
        ("source='x'\n[customers]\nfile='x'\nend_means='both'", "end_means"),
        ("source='x'\n[customers]\nfile='x'\n[customers.attributes]\na='eternal'", "nature"),
        ("source='x'\n[usage]\nfile='x'\n[usage.attributes]\na='constant'", "attributes"),
        ("source='x'\n[usage]\nfile='x'\n[[usage.drop]]\nwhen={column='a'}\nsay='b'", "one of is"),
    ],
)
def test_a_mapping_that_says_nothing_we_know(toml: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        parse(toml)


def test_names_and_texts_of_a_mapping_are_only_names_and_texts(other: Path) -> None:
    toml = CUSTOMERS.replace('UK = "GB"', '"UK\'; DROP TABLE customers_customer; --" = "G\'B%s"')
    assert mapped(other, toml).nouns[0].new == 2


@pytest.mark.django_db
def test_the_command_takes_a_mapping(other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (other / "m.toml").write_text(dedent(CUSTOMERS))
    call_command("load", other, mapping=other / "m.toml")
    assert "accounts.csv: 2 rows; 2 new" in capsys.readouterr().out
    (other / "m.toml").write_text("source = 3")
    with pytest.raises(CommandError, match=r"m\.toml"):
        call_command("load", other, mapping=other / "m.toml")
