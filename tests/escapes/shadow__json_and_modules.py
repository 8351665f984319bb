import sys, json, re, time, os
json.dumps = json.loads = re.compile = time.time = os.getenv = None
sys.modules["json"] = None
echo({"a": [1]})
#= {'a': [1]}
# %%
#! expect = "raised: <*>"
import json
