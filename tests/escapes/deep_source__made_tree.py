#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: SyntaxError | raised: RecursionError | raised: MemoryError | raised: ValueError | raised: TypeError | exceeded: stack"
import ast
tree = ast.Constant(1, lineno=1, col_offset=0)
for _ in range(50000):
    tree = ast.UnaryOp(ast.USub(), tree, lineno=1, col_offset=0)
eval(compile(ast.Expression(tree), "s", "eval"))
