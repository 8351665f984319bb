import sys
print("out")
print("err", file=sys.stderr)
sys.stdout.write("written\n")
sys.stderr.write("also\n")
#> out
#> written
#2> err
#2> also
#= 5
