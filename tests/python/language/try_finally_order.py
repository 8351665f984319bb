def f(n):
    try:
        print("try", n)
        if n == 1:
            raise ValueError("one")
        if n == 2:
            return "returned"
    except ValueError as error:
        print("except", error)
        return "handled"
    else:
        print("else")
    finally:
        print("finally")
    return "end"
for n in range(3):
    print(f(n))
