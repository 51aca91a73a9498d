"""A provider of single sign-on in a process of its own, which takes whatever is typed into it for a subject."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from config.embedded.privileges import die_with_parent


@contextmanager
def oidc_provider() -> Iterator[str]:
    """Run it on a free port. Yields the address of its issuer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--host", "localhost", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
    address = f"http://localhost:{port}"
    try:
        while not _answers(f"{address}/.well-known/openid-configuration"):
            assert server.poll() is None, "the provider does not start"
            time.sleep(0.1)
        yield address
    finally:
        server.kill()
        server.wait()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False
