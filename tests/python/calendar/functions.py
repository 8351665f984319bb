import calendar
print(calendar.isleap(2024), tuple(map(int, calendar.monthrange(2024, 2))), int(calendar.weekday(2024, 1, 1)), calendar.month_name[3], calendar.day_abbr[0], calendar.leapdays(2000, 2025))
print(calendar.month(2024, 2))
print(calendar.monthcalendar(2024, 2)[0], list(calendar.Calendar().itermonthdays(2024, 2))[:5], calendar.TextCalendar(6).formatmonth(2023, 1))
