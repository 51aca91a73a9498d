"""Waiting until a program that was started can be used."""

import asyncio
import time
from collections.abc import Callable
from http.client import HTTPConnection

from config.embedded.broker import Broker
from config.runner.preflight import CannotStart


async def until_broker_answers(broker: Broker) -> None:
    await _until(broker.answers, 10, f"The broker does not answer. Its log: {broker.log}")


async def until_web_answers(host: str, port: int) -> None:
    await _until(lambda: _answers(host, port), 60, "The web server does not answer; what it said stands above.")


async def _until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(true):
        if time.monotonic() > deadline:
            raise CannotStart(otherwise)
        await asyncio.sleep(0.05)


def _answers(host: str, port: int) -> bool:
    """Whether anything is said to a request: a wrong host name is refused, but by a server that is there."""
    connection = HTTPConnection(_reachable(host), port, timeout=30)
    try:
        connection.request("GET", "/livez", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
