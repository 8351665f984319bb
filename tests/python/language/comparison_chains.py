calls = []
def f(n):
    calls.append(n)
    return n
print(f(1) < f(3) > f(2) == 2, calls)
print(1 < 0 < f(9), calls)
print(1 == 1.0 == True, "a" < "b" <= "b" != "c")
print(3 in [1, 2, 3] == True)
print([1, 2] < [1, 2, 0], (1, "a") < (1, "b"), {1} < {1, 2}, {1, 2} <= {1, 3})
