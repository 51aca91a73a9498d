import io
import json
import logging

import pytest
from django.conf import settings
from django.test import Client

from core.actor import acting
from core.logs import Json, RequestIds, ShortRefusals


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
