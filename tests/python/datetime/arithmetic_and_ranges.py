from datetime import date, datetime, timedelta
start = date(2024, 1, 30)
print([str(start + timedelta(days=n)) for n in range(3)], (date(2024, 3, 1) - start).days, [d.isoformat() for d in (date(2024, m, 1) - timedelta(1) for m in (3, 5))])
def add_month(d, n):
    y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
    return d.replace(year=y, month=m + 1, day=1)
print(add_month(start, 13), sorted({d.strftime("%Y-W%V") for d in (date(2024, 12, 30), date(2025, 1, 1))}))
stamps = ["2024-05-01 23:59:59", "2024-05-02 00:00:01"]
a, b = (datetime.strptime(s, "%Y-%m-%d %H:%M:%S") for s in stamps)
print(b - a, (b - a).total_seconds(), max(a, b).date(), a.replace(second=0).time(), f"{a:%b %d, %Y}", (a + timedelta(weeks=1)).isocalendar()[1])
