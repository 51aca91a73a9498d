"""`python -m config.runner`: checks, prepares, starts everything, waits, and ends everything."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import assets
from config.embedded.broker import IN_POSTGRES, Broker, binary, install_in_postgres
from config.embedded.lease import give_back_all
from config.embedded.postgres import EmbeddedError
from config.embedded.privileges import die_with_parent
from config.runner import preflight, programs
from config.runner.group import Group
from config.runner.say import say
from config.runner.wait import until_broker_answers, until_web_answers

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Wanted:
    """What the caller asked for, from the environment."""

    host: str
    port: int
    data_dir: Path
    debug: bool
    demo: bool

    @classmethod
    def from_environment(cls) -> "Wanted":
        port = os.environ.get("PORT") or "8000"
        if not port.isdigit():
            raise preflight.CannotStart(f"PORT={port} is not a number.")
        return cls(
            host=os.environ.get("BIND") or "127.0.0.1",
            port=int(port),
            data_dir=settings.DATA_DIR,
            debug=settings.DEBUG,
            demo=os.environ.get("DEMO", "1") != "0",
        )


def main() -> int:
    if "MAKELEVEL" in os.environ:
        die_with_parent()  # killing make must not leave us behind
    for number in STOPS:
        signal.signal(number, _interrupt)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        return _run()
    except KeyboardInterrupt:
        return 0
    except (preflight.CannotStart, EmbeddedError, assets.AssetError, ImproperlyConfigured) as error:
        say(str(error))
        return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run() -> int:
    wanted = Wanted.from_environment()
    preflight.writable(wanted.data_dir)
    with preflight.Claim(wanted.data_dir, wanted.port) as claim:
        patience = 20 if claim.after_a_crash else 1
        preflight.port_is_free(wanted.host, wanted.port, patience=patience)
        if settings.INBOUND_DOMAIN and settings.INBOUND_PORT:
            preflight.port_is_free(wanted.host, settings.INBOUND_PORT, patience=patience, name="INBOUND_PORT")
        assets.build()
        django.setup()
        from config.runner.prepare import prepare

        sign_ins = prepare(demo=wanted.demo)
        return asyncio.run(_serve(wanted, sign_ins))


async def _serve(wanted: Wanted, sign_ins: str) -> int:
    """Run the programs until a signal comes (exit code 0) or one of them ends (1)."""
    asked = asyncio.Event()
    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    group = Group()
    stop = asyncio.create_task(asked.wait())
    broken = asyncio.create_task(group.first_end())
    starting = asyncio.create_task(_start(wanted, group, sign_ins))
    try:
        if starting in await _first(stop, broken, starting):
            starting.result()
            await _first(stop, broken)
        say(f"{broken.result()} Stopping the rest." if broken.done() else "Stopping …")
        return int(broken.done())
    finally:
        starting.cancel()
        await group.stop()
        say("Stopped. The data stay where they are.")


async def _first(*tasks: "asyncio.Task[object]") -> "set[asyncio.Task[object]]":
    return (await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))[0]


async def _start(wanted: Wanted, group: Group, sign_ins: str) -> None:
    if not os.environ.get("BROKER_URL"):
        await _start_broker(wanted.data_dir, group)
    await group.start(programs.web(host=wanted.host, port=wanted.port, debug=wanted.debug))
    await group.start(programs.worker())
    await group.start(programs.beat())
    if settings.INBOUND_DOMAIN and settings.INBOUND_PORT:
        await group.start(programs.mailbox(host=wanted.host, port=settings.INBOUND_PORT))
    if wanted.debug:
        await group.start(programs.css())
    await until_web_answers(wanted.host, wanted.port)
    _greet(wanted, sign_ins)


async def _start_broker(data_dir: Path, group: Group) -> None:
    if (program := binary()) is None:
        install_in_postgres(settings.DATABASE_ADDRESS)
        os.environ["BROKER_URL"] = IN_POSTGRES
        return
    embedded = Broker(data_dir / "broker")
    embedded.prepare()
    preflight.broker_is_gone(embedded)
    await group.start(programs.broker(embedded, program))
    await until_broker_answers(embedded)


def _greet(wanted: Wanted, sign_ins: str) -> None:
    say("")
    say(f"Holdfast is ready: {settings.SITE_URL}")
    if sign_ins:
        say(sign_ins)
    if not os.environ.get("EMAIL_URL"):
        say(f"Mail is not sent but written to {settings.EMAIL_FILE_PATH}")
    if settings.INBOUND_DOMAIN and settings.INBOUND_PORT:
        say(f"Mail to {settings.INBOUND_DOMAIN} is taken in on {wanted.host}:{settings.INBOUND_PORT}")
    say("Stop with Ctrl-C.")


if __name__ == "__main__":
    code = main()
    give_back_all()
    sys.stdout.flush()
    os._exit(code)  # taking a large interpreter apart in order would take longer than all the rest
