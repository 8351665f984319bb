#! expect = "raised: EOFError<*>"
input("name? ")
#! expect.stdout = "name? "
# %%
import sys
sys.stdin.read(), sys.stdin.readline(), list(sys.stdin)
#= ('', '', [])
