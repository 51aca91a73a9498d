"""The static files, looked up once: each test's client loads all middleware, and files don't change meanwhile."""

from collections.abc import Iterator

import pytest
from whitenoise.middleware import WhiteNoiseMiddleware


@pytest.fixture(autouse=True, scope="session")
def static_files_are_listed_once() -> Iterator[None]:
    listed: dict[str, object] = {}
    lists = WhiteNoiseMiddleware.add_files_from_finders

    def once(self: WhiteNoiseMiddleware) -> None:
        if not listed:
            lists(self)
            listed.update(self.files)
        self.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield
