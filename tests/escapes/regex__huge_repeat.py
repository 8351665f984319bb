#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory | exceeded: stack | raised: OverflowError | raised: PatternError | raised: error | completed"
import re
re.match(r"(?:(?:a{60000}){60000}){60000}", "a" * 1000)
