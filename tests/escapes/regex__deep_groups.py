#! expect = "raised: RecursionError | raised: PatternError | raised: error | exceeded: stack | exceeded: memory | exceeded: wall"
import re
re.compile("(" * 50_000 + ")" * 50_000)
