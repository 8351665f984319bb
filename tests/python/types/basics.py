import types
ns = types.SimpleNamespace(a=1, b=[2])
ns.c = 3
print(ns, ns == types.SimpleNamespace(a=1, b=[2], c=3), vars(ns))
m = types.MappingProxyType({"k": 1})
try:
    m["x"] = 1
except TypeError as error:
    print(error)
print(m["k"], isinstance(lambda: 1, types.FunctionType), isinstance(len, types.BuiltinFunctionType), types.new_class("N", (int,))(5), types.ModuleType("mod").__name__)
print(isinstance((i for i in []), types.GeneratorType), types.NoneType is type(None), types.MethodType(lambda s: s, 5)(), isinstance(int | str, types.UnionType))
