def safe(f, *args, default=None):
    try:
        return f(*args)
    except (ValueError, TypeError):
        return default
print([safe(int, s) for s in ["1", "x", None, "2.5", " 7 "]], [safe(float, s, default=0) for s in ("1e3", "", "nan?")])
