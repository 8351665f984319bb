words = ["a", "b"]
f"{", ".join(words)} {"\n".join(words)!r} {f"{f"{1 + 1}"}"}"
#= "a, b 'a\\nb' 2"
