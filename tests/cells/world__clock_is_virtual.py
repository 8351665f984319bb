import time, datetime
datetime.datetime.now(datetime.timezone.utc).isoformat()[:16]
#= '2026-01-01T00:00'
# %%
a, b, c = time.time(), time.time(), time.time()
a < b < c
#= True
# %%
m = [time.monotonic() for _ in range(100)]
p = [time.perf_counter() for _ in range(100)]
m == sorted(set(m)), p == sorted(set(p))
#= (True, True)
# %%
time.sleep(0)
datetime.date.today().isoformat(), time.strftime("%Y-%m-%d", time.gmtime(0)), time.strftime("%Y", time.localtime())
#= ('2026-01-01', '1970-01-01', '2026')
