rows = [("name", "n"), ("apple", 5), ("fig", 12)]
w = max(len(str(r[0])) for r in rows)
for a, b in rows:
    print(f"{a:<{w}} | {b:>4}")
print("-" * 10, "=".join("abc"), sep="\n")
print(*(f"{i:02}" for i in range(3)), sep=":")
