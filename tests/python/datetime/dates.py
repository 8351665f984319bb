from datetime import date, timedelta
d = date(2024, 2, 28)
print(d + timedelta(days=2), d.weekday(), d.isoweekday(), d.isocalendar(), d.strftime("%A %d %B %Y %j %U"), d.replace(day=1), d.toordinal(), date.fromordinal(738000), date.fromisoformat("2024-12-31"))
print((date(2024, 12, 25) - d).days, d < date(2025, 1, 1), d.timetuple().tm_yday, date.max, repr(d), d.ctime(), date.fromisocalendar(2024, 1, 1), date(2024, 2, 29).isoformat())
for bad in [lambda: date(2023, 2, 29), lambda: date.fromisoformat("2024-13-01"), lambda: date(0, 1, 1), lambda: date.max + timedelta(1)]:
    try:
        bad()
    except (ValueError, OverflowError) as error:
        print(type(error).__name__)
