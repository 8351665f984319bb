import re
log = """2024-01-05 10:00:01 ERROR [db] timeout after 30s
2024-01-05 10:00:02 INFO [web] GET /index.html 200
2024-01-05 10:01:00 ERROR [web] GET /x 500"""
line = re.compile(r"^(?P<date>\S+) (?P<time>\S+) (?P<level>[A-Z]+) \[(?P<part>\w+)\] (?P<text>.*)$", re.M)
rows = [m.groupdict() for m in line.finditer(log)]
print(len(rows), [r["part"] for r in rows if r["level"] == "ERROR"], rows[1]["text"])
print(re.findall(r"(?m)^.*ERROR.*$", log)[1][-3:])
