import math
print(math.log(3), math.exp(1))
#! known = "Rust's functions differ from the C library's in the last digit"
