"""Formats of the locale, seconds since the epoch, dates without a year."""

import datetime
import time
import warnings

when = (2024, 2, 3, 14, 5, 9, 5, 34, 0)
for form in ("%c", "%x", "%X", "%c|%x|%X", "%%c %%%x%%", "%e|%d|%-d|%j|%y|%C", "%D %T %R %F", "%p %I", "%u %w %U %W %V %G", "%n%t|%h"):
    print(form, repr(time.strftime(form, when)))
print(time.strftime("%s %Z %z", time.gmtime(86_400)) in ("86400 UTC +0000", "86400 GMT +0000"))
print(time.strftime("%Y", (12345, 1, 1, 0, 0, 0, 0, 1, 0)))
moment = datetime.datetime(2024, 2, 3, 14, 5, 9, 120)
print(moment.strftime("%c"), moment.strftime("%x %X"), f"{moment:%c}", moment.date().strftime("%x"), moment.ctime())
print(moment.strftime("%a %A %b %B %d %f"), datetime.time(1, 2, 3).strftime("%X"))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    print(time.strptime("Jan 12 03:04:05", "%b %d %H:%M:%S"))
    print(datetime.datetime.strptime("12-25", "%m-%d"), datetime.datetime.strptime("7 March", "%d %B"))
    print(time.strptime("Feb 29", "%b %d")[:3])
print(datetime.datetime.strptime("Sat Feb  3 14:05:09 2024", "%c"), datetime.datetime.strptime("02/03/24 14:05:09", "%x %X"))
print(time.asctime(when), time.ctime(0) in ("Thu Jan  1 00:00:00 1970",), time.get_clock_info("process_time").monotonic)
