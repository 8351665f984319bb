print(0 or "" or [] or "last", 1 and "x" and 0 and 5)
print(not [], not "a", [] or None, None and 1)
x = None
print((x or {}).get("k", "default"))
print(1 if [] else 2 if () else 3)
print(bool("False"), bool(0.0), bool([0]), bool(float("nan")))
