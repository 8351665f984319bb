import os
dict(os.environ), os.getenv("HOME"), os.environ.get("PATH", "none")
#= ({}, None, 'none')
# %%
#! expect = "raised: KeyError: 'OPENAI_API_KEY'"
os.environ["OPENAI_API_KEY"]
# %%
os.environ["MINE"] = "1"
os.environ["MINE"]
#= '1'
