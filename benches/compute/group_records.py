"""200,000 records grouped and summed with dicts."""

records = [{"city": f"c{i % 83}", "kind": "abc"[i % 3], "amount": i % 101} for i in range(200_000)]

def group(records):
    groups = {}
    for record in records:
        groups.setdefault((record["city"], record["kind"]), []).append(record["amount"])
    return {key: (len(values), sum(values), max(values)) for key, values in groups.items()}

#: timed
groups = group(records)
print(len(groups), groups[("c5", "c")], sorted(groups)[0])
