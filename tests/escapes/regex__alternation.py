#! expect = "exceeded: wall | exceeded: fuel"
import re
re.match(r"(a|aa)+$", "a" * 100 + "b")
