from contextlib import contextmanager, suppress, ExitStack, closing, nullcontext, redirect_stdout
import io
@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name
    finally:
        print(f"</{name}>")
with tag("a") as a, suppress(ValueError):
    raise ValueError
with ExitStack() as stack:
    print([stack.enter_context(tag(n)) for n in "xy"])
    stack.callback(print, "callback")
out = io.StringIO()
with redirect_stdout(out):
    print("hidden")
print(repr(out.getvalue()))
@tag("deco")
def f(): print("in f")
f()
