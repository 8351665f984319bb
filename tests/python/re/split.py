import re
print(re.split(r"[,;]\s*", "a, b;c"), re.split(r"(\d)", "a1b2c"), re.split("x*", "axbc"), re.split(r"\s+", " a b "), re.split("-", "a-b-c", maxsplit=1))
