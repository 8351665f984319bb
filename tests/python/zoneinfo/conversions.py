from zoneinfo import ZoneInfo, available_timezones, ZoneInfoNotFoundError
from datetime import datetime, timezone, timedelta
p = ZoneInfo("Europe/Paris")
for month in (1, 7):
    d = datetime(2024, month, 1, 12, tzinfo=p)
    print(d, d.tzname(), d.utcoffset(), d.dst(), d.astimezone(ZoneInfo("America/New_York")), d.astimezone(timezone.utc))
n = datetime(2024, 3, 10, 1, 59, tzinfo=ZoneInfo("America/New_York"))
print((n + timedelta(minutes=1)).isoformat(), (n.astimezone(timezone.utc) + timedelta(minutes=1)).astimezone(n.tzinfo))
print(datetime(2024, 11, 3, 1, 30, tzinfo=n.tzinfo).utcoffset(), datetime(2024, 11, 3, 1, 30, fold=1, tzinfo=n.tzinfo).utcoffset(), ZoneInfo("Asia/Kolkata").utcoffset(datetime(2024, 1, 1)), p.key, repr(p), ZoneInfo("UTC") is ZoneInfo("UTC"))
print({"Europe/Paris", "Asia/Tokyo", "UTC"} <= available_timezones())
try:
    ZoneInfo("Mars/Base")
except ZoneInfoNotFoundError as error:
    print(error)
