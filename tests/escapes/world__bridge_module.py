#! expect = "completed | raised: <*>"
import _rlm
names = [name for name in dir(_rlm) if not name.startswith("__")]
# %%
#! expect = "raised: ValueError | raised: NameError | raised: AttributeError"
_rlm.write_bytes(3, b"to the diagnostic stream")
# %%
#! expect = "raised: ValueError | raised: OverflowError | raised: NameError | raised: AttributeError"
_rlm.writer(2 ** 40)
# %%
#! expect = "raised: TypeError | raised: NameError | raised: AttributeError"
_rlm.writer(1)(b"bytes")
# %%
#! expect = "completed | raised: <*>"
for _ in range(1000):
    _rlm.submit({"deep": [1, 2, 3]})
# %%
#! expect = "completed | raised: <*>"
_rlm.host_function("echo")(1)
# %%
#! expect = "exceeded: wall | raised: <*>"
_rlm.sleep(10 ** 9)
