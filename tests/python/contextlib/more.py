import contextlib, io
err = io.StringIO()
with contextlib.redirect_stderr(err):
    import sys
    print("to err", file=sys.stderr)
print(repr(err.getvalue()))
class C:
    def close(self): print("closed")
with contextlib.closing(C()): pass
@contextlib.contextmanager
def two():
    yield 1
    yield 2
try:
    with two(): pass
except RuntimeError as error:
    print(error)
with contextlib.ExitStack() as stack:
    stack.push(lambda *a: print("pushed", a[0] and a[0].__name__) or True)
    raise KeyError
print("after")
@contextlib.contextmanager
def failing():
    try:
        yield
    except ValueError:
        print("seen")
with failing():
    raise ValueError
import asyncio
@contextlib.asynccontextmanager
async def am():
    yield "async"
async def main():
    async with am() as v: print(v)
asyncio.run(main())
