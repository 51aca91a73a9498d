"""Everything a folder may hold, in the order in which it is written: what others refer to comes first."""

from typing import Final

import customers.loads
import usage.loads
from core.loading import Noun

NOUNS: Final[tuple[Noun, ...]] = (
    customers.loads.CUSTOMERS,
    customers.loads.CONTACTS,
    usage.loads.FEATURES,
    usage.loads.USAGE,
)
