import os
os.write(1, b"raw out\n")
os.write(2, b"raw err\n")
#> raw out
#2> raw err
#= 8
