import io
import logging

import pytest
from django.conf import settings
from django.test import Client

from core.logs import ShortRefusals


@pytest.fixture
def said():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(ShortRefusals())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_a_refusal_is_one_line_in_the_log(said):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["short_refusals"]
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
