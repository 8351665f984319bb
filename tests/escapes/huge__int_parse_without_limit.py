#! expect = "raised: AttributeError | raised: ValueError | exceeded: wall | exceeded: fuel | exceeded: memory | completed"
import sys
sys.set_int_max_str_digits(0)
x = int("9" * 20_000_000)
