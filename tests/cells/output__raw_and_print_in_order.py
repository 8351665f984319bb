import os, sys
print("one")
os.write(1, b"two\n")
sys.stdout.write("three\n")
sys.stdout.buffer.write(b"four\n")
print("five", flush=True)
#> one
#> two
#> three
#> four
#> five
