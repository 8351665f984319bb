from datetime import datetime, timedelta, timezone, time
d = datetime(2024, 3, 10, 14, 30, 15, 123456)
print(d, repr(d), d.isoformat(sep=" ", timespec="minutes"), d.date(), d.time(), d.timestamp() if False else "", d + timedelta(hours=10, minutes=-5), d.replace(hour=0))
print(datetime.strptime("10/Mar/2024:13:55:36 +0000", "%d/%b/%Y:%H:%M:%S %z"), datetime.strptime("2024-01-05 3:04 PM", "%Y-%m-%d %I:%M %p"), datetime.fromisoformat("2024-01-01T10:00:00+02:00"), datetime.fromisoformat("2024-01-01T10:00:00Z"))
print(d.strftime("%Y-%m-%d %H:%M:%S.%f %y %b %p %I %%"), datetime.combine(d.date(), time(1, 2)), datetime(2024, 1, 1, tzinfo=timezone.utc).timestamp(), datetime.fromtimestamp(0, timezone.utc), datetime.min)
print(datetime(2024, 1, 1, 12, tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=-5), "EST")), (datetime(2024, 1, 2) - datetime(2024, 1, 1, 12)).total_seconds())
try:
    datetime(2024, 1, 1) < datetime(2024, 1, 1, tzinfo=timezone.utc)
except TypeError as error:
    print(error)
try:
    datetime.strptime("2024", "%Y-%m")
except ValueError as error:
    print(error)
