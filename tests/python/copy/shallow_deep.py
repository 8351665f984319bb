import copy
a = [[1], {"k": [2]}]
s, d = copy.copy(a), copy.deepcopy(a)
a[0].append(9)
print(s, d)
loop = [1]
loop.append(loop)
c = copy.deepcopy(loop)
print(c[1] is c, c is loop)
class N:
    def __init__(self): self.x = [1]
    def __deepcopy__(self, memo): return "custom"
print(copy.deepcopy([N()]), copy.copy(N()).x, copy.deepcopy((1, [2])))
