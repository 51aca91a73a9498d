from threading import Thread, local

from django.utils import timezone, translation

from core.threads import KEPT


def test_what_belongs_to_a_request_is_its_threads_own():
    assert all(isinstance(getattr(module, name), local) for module, name in KEPT)


def test_a_thread_does_not_see_the_language_and_the_zone_of_another():
    def look():
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))

    seen: list[tuple[str, str]] = []
    with translation.override("de"), timezone.override("Asia/Tokyo"):
        look()
        other = Thread(target=look)
        other.start()
        other.join()
    assert seen == [("de", "Asia/Tokyo"), ("en", "UTC")]
