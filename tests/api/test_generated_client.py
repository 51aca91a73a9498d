"""A client that a public generator makes of our schema, and nobody wrote, works."""

import json
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from subprocess import run
from typing import Any

import httpx
import pytest

from config.api import document
from config.wsgi import application
from customers.models import Customer
from subscriptions.tests.factories import sell
from tests.support.exact import one_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the package that was made."""
    (tmp_path / "openapi.json").write_text(json.dumps(document(), default=str))
    # Time zones differ in signs only, which make no names of an enum's members.
    (tmp_path / "settings.yml").write_text("literal_enums: true\npost_hooks: []\n")
    generator = str(Path(sys.executable).with_name("openapi-python-client"))
    order = ["generate", "--path", "openapi.json", "--config", "settings.yml", "--meta", "none"]
    made = run(
        [generator, *order, "--output-path", "made_client"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return "made_client"


def test_it_creates_a_customer_and_reads_a_report(generated: str, writer: Any) -> None:
    def part(name: str) -> Any:
        return import_module(f"{generated}.{name}")

    with (
        one_connection(),
        httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as http,
    ):
        client = part("client").AuthenticatedClient(base_url="http://localhost", token=writer.secret)
        http.headers["Authorization"] = f"Bearer {writer.secret}"
        client.set_httpx_client(http)
        new = part("models").NewCustomerRequest(name="Northwind", external_id="N-1")
        made = part("api.customers.customers_create").sync(client=client, body=new)
        customer = Customer.objects.get()
        assert (made.name, str(made.id)) == ("Northwind", str(customer.uid))
        sell(customer, 100, date(2026, 1, 1))
        report = part("api.reports.reports_retention").sync(
            client=client, start=date(2026, 1, 1), end=date(2026, 3, 1), period="month"
        )
    assert [(str(line.period_start), line.mrr.new, line.mrr.end) for line in report] == [
        ("2026-01-01", "100.00", "100.00"),
        ("2026-02-01", "0.00", "100.00"),
    ]
