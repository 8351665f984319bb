#! expect = "raised: SystemExit: 3"
#! expect.exit = 3
import sys
print("leaving")
#> leaving
sys.exit(3)
# %%
#! expect = "raised: SystemExit"
#! expect.exit = 0
sys.exit()
# %%
#! expect = "raised: SystemExit: some words"
#! expect.exit = 1
sys.exit("some words")
# %%
#! expect = "raised: SystemExit"
#! expect.exit = 0
quit_code = None
raise SystemExit(quit_code)
# %%
sys.version_info >= (3, 12)
#= True
