import io
import json
import logging

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core.actor import acting
from core.logs import Json, Plain, RequestIds, ShortRefusals


@pytest.fixture
def said():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(ShortRefusals())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_a_refusal_is_one_line_in_the_log(said):
    assert settings.LOGGING["handlers"]["console"]["filters"][0] == "short_refusals"
    assert Client().get("/search/?q=%00").status_code == 400
    assert "Traceback" not in said.getvalue()
    assert said.getvalue().strip()


def test_what_failed_keeps_its_traceback(said):
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("django.request").error("Internal Server Error", exc_info=True, extra={"status_code": 500})
        logging.getLogger("core.jobs").exception("A job failed")
    assert said.getvalue().count("Traceback") == 2


def test_a_line_of_json_names_its_request_and_no_object():
    record = logging.makeLogRecord({"name": "core.jobs", "levelname": "INFO", "msg": "Job %s", "args": (7,)})
    record.job, record.user = 7, object()
    with acting("user:3", request="request-1"):
        RequestIds().filter(record)
    line = json.loads(Json().format(record))
    assert (line["event"], line["request"], line["job"], line["logger"]) == ("Job 7", "request-1", 7, "core.jobs")
    assert "user" not in line


def test_a_line_of_json_holds_its_traceback():
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        record = logging.getLogger("core").makeRecord(
            "core", 40, __file__, 1, "It failed", (), __import__("sys").exc_info()
        )
    assert "ZeroDivisionError" in json.loads(Json().format(record))["traceback"]


@pytest.mark.parametrize("written", [Plain("{message}", style="{").format, Json().format])
def test_a_row_that_the_database_refuses_is_not_told(db, written):
    """It names people, and no erasure reaches the log."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE people (name text CHECK (length(name) < 9))")
        cursor.execute("INSERT INTO people VALUES (%s)", ["Ana Ruiz\n\nof Northwind"])
    record = logging.makeLogRecord({"msg": "It failed: %s (told)", "args": (refused.value,)})
    record.exc_info = (type(refused.value), refused.value, refused.value.__traceback__)
    line = written(record)
    assert "violates check constraint" in line and "DETAIL: (left out)" in line
    assert "Northwind).\n" not in line and "Northwind).\\n" not in line
