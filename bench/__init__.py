"""Benchmarks: `make bench`, each in a process of its own; one of them with `make bench ONLY=name`.

Each `bench/bench_*.py` declares measurements:

    from bench.harness import figures, kept
    from tools.figures import at_most

    @figures.measured("customer_list")
    def customer_list() -> Iterator[Figure]:
        with kept("book_100k", build):           # Django's connection leads to a database that is built only once
            yield at_most("customer_list.ratio", page / stock, "×", 1)

Prefer ratios taken in one run. An absolute time is scaled by a yardstick: `scaled("list.seconds", seconds, 0.2)`.
"""
