#! expect = "completed | exceeded: wall | exceeded: fuel"
import rlm_answer
def spin(*_):
    while True:
        pass
rlm_answer.on_rebind = rlm_answer._give = spin
answer = 5
# %%
#! expect = "completed | exceeded: wall | exceeded: fuel"
class Spin(dict):
    def keys(self):
        while True:
            pass
    __iter__ = __len__ = keys
answer = Spin()
