#! limits.output_bytes = 20
print("a" * 30 + "b" * 10)
#> aaaaaaaaaa
#> [... 21 bytes omitted ...]
#> bbbbbbbbb
