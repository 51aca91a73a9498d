pytest_plugins = [
    "tests.support.databases",
    "tests.support.broker",
    "tests.support.smtp",
    "tests.support.horizon",
    "tests.support.browser",
    "tests.support.live",
    "tests.support.memory",
    "tests.support.needs",
    "tests.support.receiver",
    "tests.support.replica",
    "tests.support.static",
]
