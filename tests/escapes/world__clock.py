import time, datetime
start = time.time()
early = datetime.datetime.fromtimestamp(start)
(early.year, early.month, early.day)
#= (2026, 1, 1)
# %%
# A loop takes real time, and the clock does not show it: only looks at it and sleep move it.
before = time.monotonic()
for _ in range(300_000):
    pass
time.monotonic() - before < 0.001
#= True
# %%
before = time.time(), time.monotonic(), time.perf_counter()
time.sleep(0.25)
after = time.time(), time.monotonic(), time.perf_counter()
[round(b - a, 2) for a, b in zip(before, after)]
#= [0.25, 0.25, 0.25]
# %%
found = []
for clock in dir(time):
    if clock.startswith("CLOCK_"):
        try:
            found.append(time.clock_gettime(getattr(time, clock)) < 1_800_000_000 + 1000)
        except (OSError, AttributeError):
            pass
all(found)
#= True
# %%
#! expect = "raised: <*>"
time.clock_settime(time.CLOCK_REALTIME, 0)
