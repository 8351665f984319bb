"""A literal found over 10 MB with `re`."""

import re

text = "".join(f"2026-{i % 12 + 1:02}-{i % 28 + 1:02} host{i % 37} user=u{i % 1009} status={200 + i % 5}\n" for i in range(250_000))

#: timed
print(len(re.findall("status=203", text)), len(re.findall(r"(?m)^2026-07.*$", text)))
