"""A pattern replaced over 10 MB."""

import re

text = "".join(f"2026-{i % 12 + 1:02}-{i % 28 + 1:02} host{i % 37} user=u{i % 1009} status={200 + i % 5}\n" for i in range(250_000))

#: timed
out = re.sub(r"host\d+", "HOST", text)
print(len(out), out[-60:])
