#! expect = "raised: RecursionError | exceeded: stack"
code = "exec(code)"
exec(code)
