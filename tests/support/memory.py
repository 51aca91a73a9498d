"""The collector of Python leaves alone what all tests share: modules, models, the tests themselves.

Looking through it again and again took a twelfth of the run.
"""

import gc

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
