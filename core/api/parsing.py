from collections.abc import Mapping
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser

from core.api.problems import Refused

SMALL = 1 << 20


class Json(BaseParser):
    """JSON of a megabyte at most, so that nobody fills the memory with one request.

    No JSONParser itself: of these REST framework reads the body at once, within Django's limit for forms.
    """

    media_type = JSONParser.media_type
    most = SMALL

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(self.most + 1)
        if len(body) > self.most:
            words = _("A request may be %(size)s bytes.") % {"size": self.most}
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", words)
        try:
            return JSONParser().parse(BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This is nested too deep.")) from error


class AlwaysJson(BaseContentNegotiation):
    """Whatever the one who asks would accept, there is JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        media = (request.content_type or "").partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == media), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
