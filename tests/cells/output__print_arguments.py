print(1, "two", None, sep="-", end="!\n", flush=True)
print()
print("a", "b", sep="")
print(*range(5))
print("no end", end="")
#! expect.stdout = "1-two-None!\n\nab\n0 1 2 3 4\nno end"
