"""5 MB of JSON read."""

import json

text = "[" + ", ".join(f'{{"id": {i}, "name": "row {i}", "score": {i}.25, "tags": ["a", "b", "{i % 13}"], "ok": true}}' for i in range(60_000)) + "]"

#: timed
rows = json.loads(text)
print(len(text), len(rows), rows[-1], sum(row["id"] for row in rows))
