print("\u3000x\u00a0".strip() == "x", "\ufeffx".strip() == "x", "\x1fx".strip() == "x", "xyx".strip("x"), "abc".strip(""), "..a..".lstrip("."), "mississippi".strip("ipm"))
