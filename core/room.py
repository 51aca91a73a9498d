"""Room for the frames of a request.

CPython keeps the frames of a thread in chunks of 16 KB, and gives a chunk back to the system as soon as the frame that
opened it returns. A loop whose calls begin a chunk so asks for memory, has it zeroed and gives it back in every round,
at ten times the price of the call; and somewhere in a page made of templates there is such a loop. A frame that asks
for more than a chunk holds gets one of the next power of two: what is left of it is room for all that is called below.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

SLOTS: Final = 32_000  # of eight bytes: a little less than half of the half megabyte that they get


def _call(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


with_room: Final = FunctionType(_call.__code__.replace(co_stacksize=SLOTS), globals(), "with_room")


class Room:
    """Answers each request in such a frame. Stands before all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = with_room(self.get_response, request)
        return answer
