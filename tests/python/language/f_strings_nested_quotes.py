#! python = "3.12"
d = {"k": "v"}
print(f"{d["k"]} {f"{f"{1 + 1}"}"} {"\n".join(["a", "b"])}")
print(f"{
    d["k"]  # a comment
}")
