import json, decimal
print(json.loads('{"a": [1, -2.5e3, true, null, "\\u00e9\\n"], "b": {}}'), json.loads("5"), json.loads('"x"'), json.loads(b'[1]'), json.loads(" [ ] "))
print(json.loads("1.10", parse_float=decimal.Decimal), json.loads('{"a":1,"a":2}'), json.loads('{"a":1}', object_pairs_hook=list), json.loads("[NaN, -Infinity]"), json.loads('"\\ud83d\\ude00"'))
print(json.loads('{"x": {"y": 1}}', object_hook=lambda d: sorted(d)), type(json.loads("1.0")), json.loads("12345678901234567890"))
