import inspect, ast
def f(a, b: int = 2, *c, d=3, **e) -> str:
    """Doc."""
    return "r"
str(inspect.signature(f)), inspect.getdoc(f), inspect.isfunction(f), inspect.isgeneratorfunction(f)
#= ('(a, b: int = 2, *c, d=3, **e) -> str', 'Doc.', True, False)
# %%
print(inspect.getsource(f))
#> def f(a, b: int = 2, *c, d=3, **e) -> str:
#>     """Doc."""
#>     return "r"
#>
# %%
tree = ast.parse("x = 1 + y")
ast.dump(tree.body[0].value), ast.literal_eval("{'a': [1, (2, None)]}"), ast.unparse(tree)
#= ("BinOp(left=Constant(value=1), op=Add(), right=Name(id='y', ctx=Load()))", {'a': [1, (2, None)]}, 'x = 1 + y')
# %%
#! expect = "raised: ValueError: malformed node or string<*>"
ast.literal_eval("__import__('os')")
