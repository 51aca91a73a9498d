"""A group of programs that live and die together."""

import asyncio
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from config.embedded.privileges import die_with_parent
from config.runner.programs import Program
from config.runner.say import say

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 1.5


class Group:
    """Starts programs, passes on what they say, knows the first to end, and ends them all when asked to."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[Program, asyncio.subprocess.Process]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: asyncio.Queue[str] = asyncio.Queue()

    async def start(self, program: Program) -> None:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, program.orphaned),
        )
        self._running[program.name] = (program, process)
        self._tasks.add(asyncio.create_task(self._accompany(program.name, process)))

    async def first_end(self) -> str:
        """Wait until one of the programs ends. Returns which, and how."""
        return await self._ends.get()

    async def stop(self) -> None:
        """End all: with a request first, with force after a moment. The broker goes last, the others talk to it."""
        await self._end(name for name in self._running if name != "broker")
        await self._end(self._running)

    async def _end(self, names: Iterable[str]) -> None:
        chosen = [self._running.pop(name) for name in list(names)]
        for program, process in chosen:
            with suppress(ProcessLookupError):
                process.send_signal(program.stop)
        await asyncio.gather(*(_wait_or_kill(process) for _, process in chosen))

    async def _accompany(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            if name in self._running:  # not what it says about being stopped
                say(line.decode(errors="replace").rstrip(), name)
        self._ends.put_nowait(f"{name} ended with exit code {await process.wait()}.")


async def _wait_or_kill(process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), PATIENCE)
    with suppress(ProcessLookupError):  # its children too: each program leads a process group
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
