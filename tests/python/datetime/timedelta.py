from datetime import timedelta
t = timedelta(days=1, hours=2, minutes=3, seconds=4.5)
print(t, repr(t), t.total_seconds(), t.days, t.seconds, t.microseconds, -t, abs(-t), t * 2, t / 2, t // timedelta(hours=1), t % timedelta(hours=1), divmod(t, timedelta(days=1)), t / timedelta(hours=1))
print(timedelta(weeks=1) == timedelta(7), sorted([timedelta(2), timedelta(1)]), bool(timedelta(0)), str(timedelta(microseconds=1)), sum([timedelta(1)] * 3, timedelta()), timedelta(-1), round(timedelta(seconds=90) / timedelta(minutes=1), 2))
