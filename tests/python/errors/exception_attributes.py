def show(f):
    try:
        f()
    except Exception as error:
        print(type(error).__name__, {k: getattr(error, k) for k in ("name", "obj", "errno", "strerror", "value", "reason", "start", "end", "encoding", "lineno") if isinstance(getattr(error, k, None), (str, int, list))})
show(lambda: [].foo)
show(lambda: b"\xff".decode())
show(lambda: "é".encode("ascii"))
show(lambda: __import__("nope.x"))
show(lambda: compile("a b", "f", "exec"))
show(lambda: unknown_thing)
show(lambda: next(iter(())))
