x = 1; y = 2
if x: print("one"); print("line")
for i in range(2): print(i, end=" ")
print()
class E: pass
def f(): return 5
with open.__class__ and __import__("contextlib").nullcontext(3) as z: print(z, f(), E.__name__)
while x: x -= 1
print(x, (1,
   2), [
   3])
