import time
t = time.gmtime(0)
print(t.tm_year, time.strftime("%Y-%m-%d %H:%M:%S", t), time.strptime("2024-05-06", "%Y-%m-%d")[:3], time.asctime(t), tuple(t), isinstance(time.time(), float), time.perf_counter() <= time.perf_counter(), isinstance(time.time_ns(), int))
import calendar
print(calendar.timegm(time.gmtime(1700000000)), time.gmtime(1700000000).tm_wday)
start = time.monotonic()
time.sleep(0.01)
print(time.monotonic() - start >= 0.01)
