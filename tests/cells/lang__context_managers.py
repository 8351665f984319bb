from contextlib import contextmanager, suppress, ExitStack
log = []
@contextmanager
def tagged(name):
    log.append(f"<{name}>")
    try:
        yield name
    finally:
        log.append(f"</{name}>")
with tagged("a") as a, tagged("b"):
    log.append("body")
with suppress(ZeroDivisionError):
    1 / 0
log
#= ['<a>', '<b>', 'body', '</b>', '</a>']
# %%
#! expect = "raised: ValueError: inside"
log.clear()
with tagged("c"):
    raise ValueError("inside")
# %%
log
#= ['<c>', '</c>']
# %%
class Swallow:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        self.seen = kind.__name__
        return True
with Swallow() as s:
    raise KeyError("gone")
s.seen
#= 'KeyError'
# %%
with ExitStack() as stack:
    for n in range(3):
        stack.callback(print, "closing", n)
#> closing 2
#> closing 1
#> closing 0
