import sys
sys.stdout = None
print("unheard")
sys.stdout = sys.__stdout__
print("heard")
#> heard
