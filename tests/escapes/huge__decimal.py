#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory | raised: MemoryError | raised: ValueError | raised: OverflowError | raised: InvalidOperation"
from decimal import Decimal, getcontext
getcontext().prec = 500_000_000
Decimal(1) / Decimal(7)
