tools = {"say": echo, "plus": add}
class Agent:
    ask = staticmethod(echo)
tools["say"]("a"), tools["plus"](1, 2), Agent.ask("b")
#= ('a', 3, 'b')
# %%
import functools
plus_ten = functools.partial(add, b=10)
plus_ten(5), list(map(plus_ten, [1, 2]))
#= (15, [11, 12])
