#! limits.output_bytes = 20
import sys
print("x" * 5)
print("a" * 30, file=sys.stderr)
#> xxxxx
#2> aaaaaaaaaa
#2> [... 11 bytes omitted ...]
#2> aaaaaaaaa
