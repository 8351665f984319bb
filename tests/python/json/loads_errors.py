import json
for bad in ["", "{", '{"a"}', "{'a': 1}", "nul", "[1 2]", '"abc', "1 2", '{"a": }', '"\t"', "01", "[1,,2]", "undefined"]:
    try:
        json.loads(bad)
        print("accepted", bad)
    except json.JSONDecodeError as error:
        print(repr(bad), error.lineno, error.colno, error.pos)
try:
    json.loads(None)
except TypeError as error:
    print("TypeError")
