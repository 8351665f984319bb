"""A compiled pattern matched against each of 120,000 lines."""

import re

lines = [f"2026-{i % 12 + 1:02}-{i % 28 + 1:02} [{('INFO', 'WARN', 'ERROR')[i % 3]}] request {i} took {i % 977} ms" for i in range(120_000)]
pattern = re.compile(r"^(\d{4})-(\d\d)-(\d\d) \[(\w+)\] request (\d+) took (\d+) ms$")

def errors(lines):
    total = 0
    for line in lines:
        match = pattern.match(line)
        if match and match.group(4) == "ERROR":
            total += int(match.group(6))
    return total

#: timed
print(errors(lines))
