#! expect = "raised: TypeError: echo() argument 1: 'function' cannot leave the sandbox; <*>"
echo(lambda: 1)
# %%
#! expect = "raised: TypeError: echo() argument 1: 'object' cannot leave the sandbox; <*>"
echo([{"a": object()}])
# %%
#! expect = "raised: TypeError: add() argument \"b\": 'module' cannot leave the sandbox; <*>"
import sys
add(1, b=sys)
# %%
#! expect = "raised: ValueError: echo() argument 1: nested more than 100 deep, or in itself"
loop = []
loop.append(loop)
echo(loop)
# %%
#! expect = "raised: ValueError: echo() argument 1: nested more than 100 deep, or in itself"
d = {}
d["d"] = d
echo(d)
# %%
#! expect = "raised: ValueError: echo() argument 1: an integer of more than 4300 digits"
echo(1 << 100_000)
# %%
echo("up\ud800")
#= 'up\\ud800'
# %%
class Sub(dict):
    pass
class Name(str):
    pass
class Number(int):
    pass
echo(Sub(a=1)), echo(Name("n")), echo(Number(5))
#= ({'a': 1}, 'n', 5)
