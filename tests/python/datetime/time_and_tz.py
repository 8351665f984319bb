from datetime import time, timezone, timedelta, tzinfo, datetime
t = time(9, 5, 30)
print(t, t.isoformat("minutes"), t < time(10), time.fromisoformat("12:30"), repr(time(1, tzinfo=timezone.utc)), t.strftime("%H.%M"), timezone.utc, timezone(timedelta(hours=5, minutes=30)))
class Plus(tzinfo):
    def utcoffset(self, d): return timedelta(hours=1)
    def dst(self, d): return timedelta(0)
    def tzname(self, d): return "PLUS"
d = datetime(2024, 1, 1, tzinfo=Plus())
print(d, d.tzname(), d.utcoffset(), d.astimezone(timezone.utc), d.strftime("%Z %z"))
