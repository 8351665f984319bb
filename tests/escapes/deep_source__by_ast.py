#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
import ast
ast.literal_eval("-" * 50000 + "1")
# %%
#! expect = "raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
import ast
ast.parse("(" * 50000 + ")" * 50000)
# %%
#! expect = "raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
compile("a" + "[0" * 50000 + "]" * 50000, "s", "exec")
