from datetime import datetime, date, timedelta, timezone
d = datetime(2026, 3, 4, 5, 6, 7)
d + timedelta(days=30, hours=20), d.isoformat(), d.strftime("%A %d %B %Y %H:%M"), d.weekday(), (date(2026, 12, 25) - date(2026, 1, 1)).days
#= (datetime.datetime(2026, 4, 4, 1, 6, 7), '2026-03-04T05:06:07', 'Wednesday 04 March 2026 05:06', 2, 358)
# %%
datetime.fromisoformat("2026-03-04T05:06:07+02:00").astimezone(timezone.utc).isoformat(), date.fromisoformat("2024-02-29").timetuple().tm_yday, timedelta(seconds=3661)
#= ('2026-03-04T03:06:07+00:00', 60, datetime.timedelta(seconds=3661))
# %%
datetime.fromtimestamp(0, timezone.utc).isoformat(), str(timedelta(days=1, seconds=5)), d.replace(year=2020) < d, max(date.min, date(1, 1, 2))
#= ('1970-01-01T00:00:00+00:00', '1 day, 0:00:05', True, datetime.date(1, 1, 2))
