for a in (7, -7):
    for b in (3, -3):
        print(a // b, a % b, divmod(a, b), a / b, (a // b) * b + a % b == a, end=" ")
print()
import math
print(math.fmod(-7, 3), -7 % 3, 7.5 % 2, -7.5 % 2, 5 % -3.5, 0.0 % 1, 1e20 % 3, int(-3.7), math.floor(-3.7), round(-3.5), round(-2.5))
