kinds, lost = [], []
for kind in ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException", "print", "__import__", "", "a.b", "\0", "ValueError", "OSError", "StopIteration", "SyntaxError", "MemoryError", "ExceptionGroup", "UnicodeDecodeError", "ImportError", "KeyError"]:
    try:
        fail(kind, "the message")
    except BaseException as error:
        kinds.append(type(error).__name__)
        if "the message" not in str(error):
            lost.append((kind, str(error)))
set(kinds[:9]), kinds[9:14]
#= ({'RuntimeError'}, ['ValueError', 'OSError', 'StopIteration', 'SyntaxError', 'MemoryError'])
# %%
lost
#= []
