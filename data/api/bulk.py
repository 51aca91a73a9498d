"""Thousands of rows at once, by the ids of another system, through the same checks as ``manage.py load``."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.keys import Whole
from core import clock
from core.api.parsing import Json
from core.api.problems import Flaw, Refused, pointer
from core.api.views import Api
from data.domain.load.problems import Problem
from data.domain.load.rows import FIRST, Rows, upsert

MOST = 10_000
CELL = {"type": ["string", "number", "boolean", "null"], "maxLength": 100_000}


class LargeJson(Json):
    most = 32 << 20


class BulkQuery(serializers.Serializer[Any]):
    source = serializers.RegexField(  # type: ignore[assignment]
        r"^[-a-zA-Z0-9_]{1,60}$", default="files", help_text="Whose ids the rows hold, where there are several systems."
    )
    history = serializers.BooleanField(default=False, help_text="Known from their own dates on, not from today.")
    dry_run = serializers.BooleanField(default=False, help_text="Check and count, change nothing.")


class Upserted(serializers.Serializer[Any]):
    """What became of the rows."""

    rows = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    notes = serializers.ListField(child=serializers.CharField())


BODY = {
    "application/json": {
        "type": "object",
        "required": ["rows"],
        "additionalProperties": False,
        "properties": {
            "rows": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST,
                "description": "All with the same fields: the columns of the CSV file of that noun.",
                "items": {"type": "object", "minProperties": 1, "additionalProperties": CELL},
            }
        },
    }
}


class Bulk(Api):
    """Rows by external id: new ones are made, known ones changed. All of them, or none."""

    permission_classes = (Whole,)
    parser_classes = (LargeJson,)
    asks = BulkQuery
    noun: ClassVar[str]

    def upserted(self) -> Response:
        asked, rows = self.asked(), _read(self.request.data)
        report = upsert(noun=self.noun, rows=rows, at=clock.now(), **asked)
        if report.refused:
            words = _("Nothing was written: %(count)s rows or values break a rule.") % {"count": report.problem_count}
            raise Refused(HTTPStatus.CONFLICT, "rows", words, [_flaw(one) for one in report.problems])
        (told,) = report.nouns
        return Response(Upserted(_plain(told, asked["dry_run"])).data)


def _plain(told: Any, dry_run: bool) -> dict[str, Any]:
    counts = {name: getattr(told, name) for name in ("rows", "new", "changed", "unchanged", "notes")}
    return counts | {"dry_run": dry_run}


def _read(data: Any) -> Rows:
    if not isinstance(data, dict) or set(data) != {"rows"} or not isinstance(data["rows"], list):
        raise _malformed((), "not_rows", _("Send an object with a list of rows."))
    rows: Rows = data["rows"]
    if not 0 < len(rows) <= MOST:
        raise _malformed(("rows",), "length", _("Send 1 to %(most)s rows.") % {"most": MOST})
    for place, row in enumerate(rows):
        if not isinstance(row, dict) or not row:
            raise _malformed(("rows", place), "not_an_object", _("A row is an object with fields."))
        for name, value in row.items():
            if isinstance(value, dict | list):
                raise _malformed(("rows", place, name), "not_plain", _("A value is a text, number, yes, no or null."))
    return rows


def _malformed(path: tuple[Any, ...], rule: str, words: str) -> Refused:
    flaw = Flaw(".".join(map(str, path)), rule, words, pointer(path))
    return Refused(HTTPStatus.BAD_REQUEST, "invalid", words, [flaw])


def _flaw(problem: Problem) -> Flaw:
    path = ("rows", problem.line - FIRST, *([problem.field] if problem.field else []))
    return Flaw(problem.field, problem.rule, problem.message, pointer(path))


def bulk(rows: str) -> type[Bulk]:
    """The door for many rows of one noun, as the loader names it."""

    class Door(Bulk):
        noun = rows

        @extend_schema(operation_id=f"bulk_{rows}", parameters=[BulkQuery], request=BODY, responses=Upserted)
        def post(self, request: Request) -> Response:
            return self.upserted()

    return Door
