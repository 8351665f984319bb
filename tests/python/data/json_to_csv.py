import json, csv, io
rows = [json.loads(l) for l in '{"a": 1, "b": "x,y"}\n{"a": 2, "b": null}'.splitlines()]
out = io.StringIO()
w = csv.DictWriter(out, fieldnames=["a", "b"], lineterminator="\n")
w.writeheader(); w.writerows(rows)
print(out.getvalue())
print([{k: int(v) if v.isdigit() else v for k, v in r.items()} for r in csv.DictReader(io.StringIO(out.getvalue()))])
