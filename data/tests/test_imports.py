"""Files through the browser: what they are taken for, what is told of them, what becomes of them."""

import csv
import io
import random
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from accounts.tests.factories import UserFactory
from core import jobs
from customers.models import Contact, Customer
from data.domain.imports import allowance, store, unpack
from data.models import Import, ImportPiece, KeptMapping
from subscriptions.models import SubscriptionVersion

pytestmark = pytest.mark.django_db
UPLOAD = reverse("data:upload")

ACCOUNTS = """Account ID;Account Name;Land;Kunde seit;Sitze;churn_flag
K-1;Müller Spedition;Deutschland;03.04.2024;12;FALSE
K-2;Żabka;Polen;17.05.2024;30;TRUE
K-3;=cmd();France;28.06.2024;7;FALSE
"""
CONTRACTS = """contract_id,account_id,plan_tier,mrr_amount,billing_frequency,start_date,end_date,is_trial
S1,K-1,Gold,"1,250.00",annual,2024-04-03,,FALSE
S2,K-2,Silver,90.00,monthly,2024-05-17,2024-12-01,FALSE
S3,K-9,Silver,90.00,monthly,2024-05-17,,TRUE
S4,K-3,Silver,90.00,monthly,soon,,FALSE
"""


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(role="administrator"))
    return client


def file(name, content):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def send(client, *files, source="crm"):
    """Upload, and let the worker read. Returns the import."""
    client.post(UPLOAD, {"files": list(files), "source": source})
    jobs.work()
    return Import.objects.latest("id")


def step(client, one, name, **data):
    answer = client.post(reverse(f"data:import-{name}", args=[one.uid]), data)
    jobs.work()
    one.refresh_from_db()
    return answer


def table(one, noun):
    return next(table for table in one.mapping["tables"] if table["noun"] == noun)


def test_columns_are_guessed_from_names_and_values(admin):
    one = send(
        admin, file("Kunden account export.csv", ACCOUNTS.encode("cp1252", "replace")), file("contracts.csv", CONTRACTS)
    )
    assert one.state == Import.State.MAPPING, one.problem
    found = table(one, "customers")
    assert found["columns"]["customer_id"] == {"column": "Account ID"}
    assert found["columns"]["country"]["map"] == {"Deutschland": "DE", "Polen": "PL", "France": "FR"}
    assert found["attributes"] == {"Sitze": "changing", "churn_flag": "outcome", "Kunde seit": "changing"}
    money = table(one, "subscriptions")
    assert money["amount_is"] == "month" and money["columns"]["amount"]["decimal"] == "."
    assert money["columns"]["is_trial"] == {"column": "is_trial"}
    assert money["columns"]["currency"] == {"constant": "USD"}
    page = admin.get(reverse("data:import", args=[one.uid])).content.decode()
    assert "Müller Spedition" in page and "cp1252" in page


def mapped(one, **changes):
    """What the mapping page would send, with changes."""
    data = {}
    for place, found in enumerate(one.mapping["tables"]):
        name, sheet = f"t{place}", one.files.get(name=found["file"])
        data |= {name: found["noun"], f"{name}.encoding": sheet.encoding, f"{name}.separator": sheet.separator}
        data[f"{name}.through"] = "1"
        for option in ("amount_is", "end_means"):
            data |= {f"{name}.{option}": found[option]} if option in found else {}
        for column, header in enumerate(sheet.profile["headers"]):
            ours = next((key for key, spec in found["columns"].items() if spec.get("column") == header), "")
            nature = found["attributes"].get(header)
            data[f"{name}.c{column}"] = ours or (f"attribute:{nature}" if nature else "")
        for key, spec in found["columns"].items():
            data |= {f"{name}.k.{key}": spec["constant"]} if "constant" in spec else {}
    return data | changes


def test_every_problem_is_told_and_the_good_rows_are_imported(admin):
    one = send(
        admin, file("accounts.csv", ACCOUNTS.replace("ü", "u").replace("Ż", "Z")), file("contracts.csv", CONTRACTS)
    )
    data = mapped(one) | {"t0.c3": "created_on", "act": "check"}
    step(admin, one, "mapping", **data)
    assert one.state == Import.State.CHECKED, one.problem
    assert one.report["problem_count"] == 2
    answer = admin.get(reverse("data:import-problems", args=[one.uid]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert {(row["line"], row["column"], row["rule"]) for row in rows} == {
        ("4", "customer_id", "unknown"),
        ("5", "starts_on", "date"),
    }
    assert not Customer.objects.exists()
    page = admin.get(reverse("data:import", args=[one.uid])).content.decode()
    assert "2 problems" in page and "soon" in page
    step(admin, one, "start", act="skip")
    assert one.state == Import.State.DONE, one.problem
    assert Customer.objects.get(name="Muller Spedition").created_on == date(2024, 4, 3)
    assert list(Customer.objects.order_by("name").values_list("country", flat=True)) == ["FR", "DE", "PL"]
    assert {f"{one.amount:f}" for one in SubscriptionVersion.objects.all()} == {"15000.0000", "90.0000"}
    assert not ImportPiece.objects.exclude(file__kind="problems").exists()
    page = admin.get(reverse("data:import", args=[one.uid])).content.decode()
    assert " dropped: " in page and "left out" not in page and "Take the whole import back" in page
    toml = admin.get(reverse("data:import-file", args=[one.uid])).content.decode()
    assert "[customers.columns]" in toml


def test_a_mapping_is_used_again_for_the_same_columns(admin):
    one = send(admin, file("accounts.csv", ACCOUNTS))
    data = mapped(one) | {"t0.c3": "created_on", "t0.c4": "employees", "act": "check"}
    step(admin, one, "mapping", **data)
    step(admin, one, "start", act="all")
    assert KeptMapping.objects.get().noun == "customers"
    again = send(admin, file("other name.csv", ACCOUNTS))
    assert table(again, "customers")["columns"]["employees"] == {"column": "Sitze"}
    step(admin, again, "check")
    assert {(one["new"], one["changed"], one["unchanged"]) for one in again.report["files"]} == {(0, 0, 3)}


def test_a_workbook_and_a_zip_are_opened(admin):
    book = Workbook()
    book.active.append(["contact_id", "customer", "full name", "e-mail", "Role"])
    book.active.append(["P1", "C1", "Ana Ruiz", "ana@example.com", "Economic Buyer"])
    sheet = book.create_sheet("Companies")
    sheet.append(["id", "company name", "created"])
    sheet.append(["C1", "Northwind", date(2024, 3, 1)])
    out = io.BytesIO()
    book.save(out)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/people.xlsx", out.getvalue())
        archive.writestr("__MACOSX/._people.xlsx", b"x")
        archive.writestr("../../evil.csv", "feature,label\na,A\n")
    one = send(admin, file("all.zip", packed.getvalue()))
    assert one.state == Import.State.MAPPING, one.problem
    nouns = {found["noun"] for found in one.mapping["tables"]}
    assert {"customers", "contacts"} <= nouns
    step(admin, one, "mapping", **mapped(one), act="check")
    step(admin, one, "start", act="all")
    assert one.state == Import.State.DONE, (one.problem, one.report)
    assert Contact.objects.get().role == "decision_maker"
    assert Customer.objects.get().created_on == date(2024, 3, 1)


def test_a_sheet_that_is_nearly_all_empty_is_read_by_what_it_holds(tmp_path):
    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD200000"] = "customer_id", "C1", "far away"
    book.save(tmp_path / "a.xlsx")
    ((_name, table),) = unpack.tables(tmp_path / "a.xlsx", "a.xlsx", tmp_path)
    assert table.read_text().splitlines() == ["customer_id", "C1"]


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(rows, **beside):
    """A workbook with these bytes for the rows of its only sheet."""
    out = io.BytesIO()
    book = Workbook()
    book.active.append(["customer_id"])
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        files = {one.filename: archive.read(one) for one in archive.infolist()}
    head, _row, tail = files["xl/worksheets/sheet1.xml"].partition(b"</row>")
    return packed({**files, "xl/worksheets/sheet1.xml": head + b"</row>" + rows + tail, **beside})


@pytest.mark.parametrize(
    ("limit", "rows", "told"),
    [
        ({"MOST_ROWS": 5}, b"<row/>" * 5, "a.xlsx has more than 5 rows"),
        ({"MOST_ROWS": 5}, b'<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>', "a.xlsx has more than 5 rows"),
        ({"MOST_SECONDS": -1}, b"<row/>" * 1000, "a.xlsx takes longer than -1 seconds to read"),
        ({"MOST_BESIDE_SHEETS": 1}, b"", "a.xlsx is larger than 0 MB when unpacked"),
    ],
)
def test_a_workbook_is_read_no_further_than_it_may_be(tmp_path, monkeypatch, limit, rows, told):
    monkeypatch.setattr(allowance, *next(iter(limit.items())))
    (tmp_path / "a.xlsx").write_bytes(workbook(rows))
    with pytest.raises(store.CannotRead, match=told):
        list(unpack.tables(tmp_path / "a.xlsx", "a.xlsx", tmp_path))


def test_bombs_and_rubbish_are_refused_with_words(admin, monkeypatch):
    one = send(admin, file("big.zip", packed({"big.csv": b"a,b\n" * 3_000_000})))
    assert one.state == Import.State.FAILED
    assert one.problem == "big.csv unpacks to more than 150 times its size, which no table does."
    assert "big.xlsx unpacks to more" in send(admin, file("big.xlsx", workbook(b"<row/>" * 3_000_000))).problem
    monkeypatch.setattr(allowance, "MOST_OF_BOOKS", 2 << 20)
    large = workbook(random.Random(1).randbytes(3 << 20))
    assert "large.xlsx is larger than 2 MB when unpacked" in send(admin, file("large.xlsx", large)).problem
    inside = file("some.zip", packed({"in/large.xlsx": large}))
    assert "large.xlsx is larger than 2 MB when unpacked" in send(admin, inside).problem
    monkeypatch.setattr(allowance, "MOST_UNPACKED", 1 << 20)
    inside = file("some.zip", packed({"a.csv": b"a,b\n" * 400_000}))
    assert "some.zip is larger than 1 MB when unpacked" in send(admin, inside).problem
    assert "can't be opened" in send(admin, file("old.xls", b"\xd0\xcf\x11\xe0")).problem
    assert send(admin, file("empty.csv", "\n\n")).state == Import.State.FAILED
    assert "Choose a file" in admin.post(UPLOAD, {"source": "crm"}, follow=True).content.decode()


def test_a_line_without_an_end_is_one_problem(admin):
    rows = "customer_id;name\nC1;One\n" + "x" * (3 << 20) + "\nC2;Two\n"
    one = send(admin, file("customers.csv", rows))
    step(admin, one, "check")
    assert one.state == Import.State.CHECKED and one.report["problem_count"] == 1
    step(admin, one, "start", act="skip")
    assert set(Customer.objects.values_list("name", flat=True)) == {"One", "Two"}


def test_a_file_that_names_no_customer_is_joined_to_one_that_does(admin):
    use = "subscription_id,usage_date,feature_name,usage_count\nS1,2024-05-01,reports,3\nS1,2024-05-01,reports,4\n"
    one = send(
        admin,
        file("accounts.csv", ACCOUNTS),
        file("subs.csv", CONTRACTS.replace("contract_id", "subscription_id")),
        file("usage.csv", use),
    )
    spec = table(one, "usage")["columns"]["customer_id"]
    assert spec == {"through": "subs.csv", "on": "subscription_id", "match": "subscription_id", "column": "account_id"}
    step(admin, one, "mapping", **mapped(one), act="check")
    (told,) = [file for file in one.report["files"] if file["noun"] == "usage"]
    assert told["rows"] == 2 and "1 rows added" in " ".join(told["notes"])


def test_steps_out_of_turn_change_nothing(admin):
    one = send(admin, file("accounts.csv", ACCOUNTS))
    answer = step(admin, one, "start", act="all")
    assert one.state == Import.State.MAPPING and answer.status_code == 302
    step(admin, one, "mapping", **(mapped(one) | {"t0": ""}), act="check")
    assert one.state == Import.State.MAPPING
    assert "at least one file" in admin.get(reverse("data:imports")).content.decode()
    step(admin, one, "mapping", **(mapped(one) | {"t0": "contacts"}))
    assert table(one, "contacts")["file"] == "accounts.csv"
    admin.post(reverse("data:import-discard", args=[one.uid]))
    assert not Import.objects.exists()


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_only_administrators_import(client, admin, role):
    one = send(admin, file("accounts.csv", ACCOUNTS))
    client.force_login(UserFactory(role=role))
    assert client.get(reverse("data:imports")).status_code == 403
    assert client.post(UPLOAD, {"files": [file("a.csv", ACCOUNTS)], "source": "crm"}).status_code == 403
    for name in ("mapping", "check", "start", "undo", "discard"):
        assert client.post(reverse(f"data:import-{name}", args=[one.uid])).status_code == 403
    for name in ("import", "import-file", "import-problems"):
        assert client.get(reverse(f"data:{name}", args=[one.uid])).status_code == 403
