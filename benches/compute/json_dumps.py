"""5 MB of JSON written."""

import json

rows = [{"id": i, "name": f"row {i}", "score": i / 7, "tags": ["a", "b", str(i % 13)], "ok": i % 2 == 0} for i in range(60_000)]

#: timed
text = json.dumps(rows)
print(len(text), text[:80])
