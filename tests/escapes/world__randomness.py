import os
os.urandom(8).hex()
#= '7f6f2ccdb23f2abb'
# %%
import secrets, uuid
len({secrets.token_hex(8), secrets.token_hex(8), str(uuid.uuid4()), str(uuid.uuid4())})
#= 4
# %%
#! expect = "completed | exceeded: wall"
len(os.urandom(50_000_000))
# %%
#! expect = "exceeded: memory"
os.urandom(10 ** 9)
# %%
#! expect = "raised: ValueError | raised: OverflowError"
os.urandom(-1)
