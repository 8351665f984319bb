#! expect = "raised: RecursionError"
class Loop:
    def __repr__(self): return repr(self)
    def __eq__(self, other): return self == other
    def __hash__(self): return hash(self)
    def __len__(self): return len(self)
    def __bool__(self): return bool(self)
    def __call__(self): return self()
    def __iter__(self): return iter(self)
    def __contains__(self, other): return other in self
    def __format__(self, how): return format(self, how)
    def __index__(self): return [1][self]
    def __add__(self, other): return self + other
    def __getitem__(self, at): return self[at]
    def __str__(self): return str(self)
    def __enter__(self):
        with self: pass
    def __exit__(self, *_): pass
loop = Loop()
repr(loop)
# %%
kinds = []
def attempt(what):
    try:
        what()
        kinds.append("none")
    except BaseException as error:
        kinds.append(type(error).__name__)
def enter():
    with loop: pass
for what in [lambda: loop == 1, lambda: hash(loop), lambda: len(loop), lambda: bool(loop), loop, lambda: iter(loop),
             lambda: 1 in loop, lambda: f"{loop}", lambda: [1][loop], lambda: loop + 1, lambda: loop[0], lambda: str(loop), enter]:
    attempt(what)
set(kinds)
#= {'RecursionError'}
