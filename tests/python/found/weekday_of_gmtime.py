import time
for seconds in (0, 86400, 1_700_000_000, 951_782_400):
    t = time.gmtime(seconds)
    print(t.tm_wday, t.tm_yday, time.strftime("%a %w %j", t))
