#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
class Text(str):
    def __len__(self): return -1
    def __str__(self): raise ValueError
    def __iter__(self): raise ValueError
class Items(list):
    def __iter__(self):
        while True: yield self
    def __len__(self): return 10 ** 18
class Number(int):
    def __int__(self): raise ValueError
    def __index__(self): raise ValueError
class Mapping(dict):
    def items(self): raise ValueError
    def __iter__(self): raise ValueError
    def keys(self): raise ValueError
echo(Text("t")), echo(Items([1])), echo(Number(5)), echo(Mapping(a=1))
#= ('t', [1], 5, {'a': 1})
