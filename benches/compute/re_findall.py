"""A pattern with groups found over 10 MB."""

import re

text = "".join(f"2026-{i % 12 + 1:02}-{i % 28 + 1:02} host{i % 37} user=u{i % 1009} status={200 + i % 5}\n" for i in range(250_000))

#: timed
found = re.findall(r"user=(\w+) status=(\d+)", text)
print(len(text), len(found), found[123_456])
