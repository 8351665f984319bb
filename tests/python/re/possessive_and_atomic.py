import re
print(re.search(r"a++b", "aaab").group(), re.search(r"a++a", "aaa"), re.search(r"(?>a+)a", "aaa"), re.findall(r"\d*+\w", "12a 34"))
