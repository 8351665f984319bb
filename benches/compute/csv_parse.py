"""5 MB of CSV read into dicts."""

import csv
import io

text = "id,name,amount,note\n" + "".join(f'{i},"name, {i}",{i % 1000}.50,ok note {i % 9}\n' for i in range(130_000))

#: timed
rows = list(csv.DictReader(io.StringIO(text)))
print(len(text), len(rows), rows[-1], sum(float(row["amount"]) for row in rows))
