print("ä漢🦀", "\u0000", ascii("é"))
#! expect.stdout = "ä漢🦀 \u0000 '\\xe9'\n"
