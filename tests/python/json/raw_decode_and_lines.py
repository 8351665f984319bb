import json
decoder = json.JSONDecoder()
text = '{"a": 1} [2] "x" tail'
at, got = 0, []
while True:
    try:
        value, at = decoder.raw_decode(text, at)
    except json.JSONDecodeError:
        break
    got.append(value)
    at += 1
print(got)
print([json.loads(line)["n"] for line in '{"n": 1}\n{"n": 2}\n'.splitlines()])
import io
f = io.StringIO()
json.dump({"k": [1]}, f)
f.seek(0)
print(json.load(f))
