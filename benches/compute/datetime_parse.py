"""Dates read, compared and grouped."""

from datetime import datetime, timedelta

stamps = [f"2026-{i % 12 + 1:02}-{i % 28 + 1:02}T{i % 24:02}:{i % 60:02}:00" for i in range(40_000)]

def run(stamps):
    months = {}
    latest = datetime.min
    for stamp in stamps:
        moment = datetime.fromisoformat(stamp) + timedelta(minutes=30)
        latest = max(latest, moment)
        key = (moment.year, moment.month)
        months[key] = months.get(key, 0) + 1
    parsed = [datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S") for stamp in stamps[:4_000]]
    return months, latest, max(parsed)

#: timed
months, latest, parsed = run(stamps)
print(sorted(months.items())[:3], latest, parsed)
