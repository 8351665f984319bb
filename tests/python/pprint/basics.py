from pprint import pprint, pformat
pprint({"b": list(range(30)), "a": {"nested": "x" * 50, "other": "y" * 40}})
pprint([("tuple", 1), {"set"}], width=20)
print(pformat([1, [2, [3, [4]]]], depth=2), pformat("short"), pformat({"z": 1, "a": 2}, sort_dicts=False))
pprint({"long text": "word " * 30}, width=60)
pprint([[1, 2], [3, 4]], compact=True)
