# What CPython is asked to do with a program: run the part that prepares, and the timed part several times,
# with the least time by the clock that is named. Prints that time and, after it, the output.
#
# usage: python3 -c THIS RUNS CLOCK <the two parts, with a NUL between
import contextlib, io, sys, time
runs, clock = int(sys.argv[1]), getattr(time, sys.argv[2])
prepare, timed = sys.stdin.read().split("\0")
prepare, timed = compile(prepare, "prepare", "exec"), compile(timed, "timed", "exec")
names = {"__name__": "__main__"}
exec(prepare, names)
best = None
for _ in range(runs):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        start = clock()
        exec(timed, names)
        took = clock() - start
    best = took if best is None else min(best, took)
print(best)
print(out.getvalue(), end="")
