import sys, platform
sys.argv, sys.maxsize > 2**30, sys.byteorder, sys.getrecursionlimit() >= 200
#= ([''], True, 'little', True)
# %%
sys.stdout.isatty(), sys.stdout.encoding, sys.getdefaultencoding(), sys.stdout.fileno(), sys.stderr.fileno()
#= (False, 'utf-8', 'utf-8', 1, 2)
