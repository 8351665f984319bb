#! limits.wall_ms = 5_000
#! expect = "raised: <*> | exceeded: <*>"
import pickle, struct
# A frame, a byte string and a list that say they are far longer than what follows.
pickle.loads(b"\x80\x04\x95" + struct.pack("<Q", 2 ** 62) + b"N.")
# %%
#! expect = "raised: <*> | exceeded: <*>"
pickle.loads(b"\x80\x04\x8e" + struct.pack("<Q", 2 ** 62) + b"x.")
# %%
#! expect = "raised: <*> | exceeded: <*>"
pickle.loads(b"\x80\x04" + b"(" * 10_000_000 + b".")
# %%
#! expect = "raised: <*> | exceeded: <*>"
pickle.loads(b"]" + b"2" * 24 + b"a" * 24 + b"r" + b"\xff" * 4 + b".")
# %%
# Each list holds the one before twice: 2 ** 40 leaves that are 41 lists.
#! expect = "completed | raised: <*> | exceeded: <*>"
twice = [0]
for _ in range(40):
    twice = [twice, twice]
pickle.loads(pickle.dumps(twice)) == twice
# %%
#! expect = "raised: <*> | completed"
pickle.loads(b"cos\nsystem\n(S'env'\ntR.")
