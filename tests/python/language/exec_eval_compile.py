ns = {"x": 2}
exec("y = x * 3\ndef f(): return y", ns)
print(ns["y"], ns["f"](), eval("x + y", ns), eval("a + 1", {}, {"a": 1}))
code = compile("1 + 2", "<e>", "eval")
print(eval(code), code.co_filename)
code = compile("a = 1\nb = a + 1", "<x>", "exec")
out = {}
exec(code, out)
print(out["b"], "__builtins__" in out)
def f():
    local = 5
    return eval("local * 2"), sorted(locals())
print(f())
