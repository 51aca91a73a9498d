from datetime import date, timedelta
from typing import Final

from data.domain.imports import journal, store
from data.models import Import, ImportFile

KEPT: Final = timedelta(days=14)


def tidy(*, day: date) -> int:
    """Two weeks after anybody touched an import, let go of its files; of one that loaded nothing, of all of it.

    Of what can't be taken back any more, the journal goes as well. Returns how many imports were tidied.
    """
    forgotten = journal.forget_old(day=day)
    old = Import.objects.filter(changed_at__date__lt=day - KEPT).exclude(state__in=Import.WORKING)
    loaded = old.filter(state__in=[Import.State.DONE, Import.State.UNDONE])
    count = 0
    for one in loaded.filter(files__pieces__isnull=False).distinct():
        store.drop(one, kinds=ImportFile.Kind.values)
        count += 1
    return forgotten + count + old.exclude(pk__in=loaded.values("pk")).delete()[1].get("data.Import", 0)
