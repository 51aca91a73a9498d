from core.middleware import Reads
from core.remembering import remembered, remembering


def counted():
    asked = []

    @remembered
    def twice(number: int) -> int:
        asked.append(number)
        return 2 * number

    return twice, asked


def test_the_same_is_asked_once_while_one_page_is_read():
    twice, asked = counted()
    with remembering():
        assert [twice(1), twice(1), twice(2)] == [2, 2, 4]
    assert asked == [1, 2]


def test_the_next_page_asks_anew():
    twice, asked = counted()
    for _page in range(2):
        with remembering():
            twice(1)
    assert asked == [1, 1]


def test_outside_of_a_page_each_asks():
    twice, asked = counted()
    twice(1)
    twice(1)
    assert asked == [1, 1]


def test_only_what_reads_is_remembered(rf):
    twice, asked = counted()

    def view(request):
        return twice(1) + twice(1)

    Reads(view)(rf.get("/"))
    assert asked == [1]
    Reads(view)(rf.post("/"))
    assert asked == [1, 1, 1]
