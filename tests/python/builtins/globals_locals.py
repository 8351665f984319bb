def f(a):
    b = 2
    return sorted(locals().items())
print(f(1), "f" in globals(), globals()["__name__"])
globals()["injected"] = 5
print(injected)
