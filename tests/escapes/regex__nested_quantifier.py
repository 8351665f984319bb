#! expect = "exceeded: wall | exceeded: fuel"
import re
re.match(r"(a+)+$", "a" * 60 + "b")
