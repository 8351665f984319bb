#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: RecursionError | exceeded: stack"
import json
json.loads("[" * 200_000)
# %%
#! expect = "raised: RecursionError | exceeded: stack"
import json
json.loads('{"a":' * 100_000 + "1" + "}" * 100_000)
