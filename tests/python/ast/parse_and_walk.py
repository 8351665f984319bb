import ast
tree = ast.parse("x = 1 + f(y, k=2)\nfor i in x: print(i)")
print(ast.dump(tree.body[0].value.left), [type(n).__name__ for n in tree.body], sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}), ast.unparse(tree))
print(ast.literal_eval("{'a': [1, (2.5, None)], 'b': {True}}"), ast.literal_eval("-5"), tree.body[0].lineno, ast.get_source_segment("a + b", ast.parse("a + b").body[0].value.right))
class Double(ast.NodeTransformer):
    def visit_Constant(self, node): return ast.copy_location(ast.Constant(node.value * 2), node)
print(eval(compile(ast.fix_missing_locations(Double().visit(ast.parse("1 + 2", mode="eval"))), "", "eval")))
for bad in ["f()", "__import__('os')", "1 +", "x"]:
    try:
        ast.literal_eval(bad)
    except (ValueError, SyntaxError) as error:
        print(type(error).__name__)
