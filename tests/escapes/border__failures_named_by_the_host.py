#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
kinds = []
for kind in ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException", "print", "__import__", "", "a.b", "\0", "ValueError", "ExceptionGroup", "UnicodeDecodeError", "OSError", "StopIteration", "SyntaxError", "MemoryError"]:
    try:
        fail(kind, "message")
    except BaseException as error:
        kinds.append(type(error).__name__)
kinds[:9], kinds[9:]
#= (['RuntimeError', 'RuntimeError', 'RuntimeError', 'RuntimeError', 'RuntimeError', 'RuntimeError', 'RuntimeError', 'RuntimeError', 'RuntimeError'], ['ValueError', 'ExceptionGroup', 'UnicodeDecodeError', 'OSError', 'StopIteration', 'SyntaxError', 'MemoryError'])
