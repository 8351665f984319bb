import atexit
def later():
    while True:
        print("still here")
atexit.register(later)
# %%
print("next cell")
#> next cell
# %%
#! expect = "completed | exceeded: wall | exceeded: fuel | exceeded: output"
atexit._run_exitfuncs()
