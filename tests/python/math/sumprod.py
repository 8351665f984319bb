#! python = "3.12"
import math
print(math.sumprod([1, 2, 3], [4, 5, 6]), math.sumprod([0.5], [4]))
