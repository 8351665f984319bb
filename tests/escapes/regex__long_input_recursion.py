#! expect = "completed | raised: RecursionError | exceeded: stack | exceeded: memory | exceeded: wall | exceeded: fuel"
import re
re.match(r"(?:(a)|b)*c", "ab" * 2_000_000)
