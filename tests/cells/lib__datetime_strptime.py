from datetime import datetime
datetime.strptime("04/Mar/2026:05:06:07", "%d/%b/%Y:%H:%M:%S"), datetime.strptime("2026-03-04", "%Y-%m-%d").date()
#= (datetime.datetime(2026, 3, 4, 5, 6, 7), datetime.date(2026, 3, 4))
# %%
#! expect = "raised: ValueError: time data 'x' does not match format '%Y'"
datetime.strptime("x", "%Y")
# %%
import time
time.strptime("2026", "%Y").tm_year, time.tzname
#= (2026, ('UTC', 'UTC'))
