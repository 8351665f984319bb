import json
data = {"b": [1, 2.5, None, True], "a": {"ü": "\n\"q\" 🦀"}}
text = json.dumps(data)
text, json.loads(text) == data
#= ('{"b": [1, 2.5, null, true], "a": {"\\u00fc": "\\n\\"q\\" \\ud83e\\udd80"}}', True)
# %%
print(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False))
#> {
#>  "a": {
#>   "ü": "\n\"q\" 🦀"
#>  },
#>  "b": [
#>   1,
#>   2.5,
#>   null,
#>   true
#>  ]
#> }
# %%
#! expect = "raised: JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
json.loads("{x: 1}")
# %%
json.dumps({1: 2, None: 3}), json.loads("[1e5, -0, 12345678901234567890]"), json.dumps((1,), separators=(",", ":")), json.dumps([float("nan")])
#= ('{"1": 2, "null": 3}', [100000.0, 0, 12345678901234567890], '[1]', '[NaN]')
# %%
#! expect = "raised: TypeError: Object of type set is not JSON serializable"
json.dumps({1, 2})
