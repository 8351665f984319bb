data = {"users": [{"name": "A", "tags": ["x", "y"], "addr": {"city": "O"}}, {"name": "B", "tags": []}]}
print([u.get("addr", {}).get("city", "?") for u in data["users"]], sum(len(u["tags"]) for u in data["users"]), {t: u["name"] for u in data["users"] for t in u["tags"]})
def walk(v, path=""):
    if isinstance(v, dict):
        for k, x in v.items(): yield from walk(x, f"{path}.{k}")
    elif isinstance(v, list):
        for i, x in enumerate(v): yield from walk(x, f"{path}[{i}]")
    else:
        yield path, v
print(list(walk(data)))
