#! expect = "raised: ExceptionGroup: several (2 sub-exceptions)"
raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
#| <*>ValueError: one<*>KeyError: 'two'<*>
# %%
kinds = []
try:
    raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
except* ValueError as group:
    kinds.append(("value", len(group.exceptions)))
except* KeyError as group:
    kinds.append(("key", len(group.exceptions)))
kinds
#= [('value', 1), ('key', 1)]
