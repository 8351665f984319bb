if (n := len("hello")) > 3:
    print(n)
print([y := 1, y ** 2, y])
data = [1, 5, 9]
print([last := v for v in data if v > 2], last)
while (chunk := data[:2]):
    print(chunk)
    data = data[2:]
print(any((hit := w).startswith("b") for w in ["a", "bc", "d"]), hit)
