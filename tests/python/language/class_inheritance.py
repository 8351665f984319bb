class Base:
    def __init__(self, **kw):
        print("Base", kw)
    def who(self): return "base"
class Left(Base):
    def __init__(self, left=0, **kw):
        print("Left", left)
        super().__init__(**kw)
    def who(self): return "left " + super().who()
class Right(Base):
    def __init__(self, right=0, **kw):
        print("Right", right)
        super().__init__(**kw)
    def who(self): return "right " + super().who()
class Both(Left, Right):
    def who(self): return "both " + super().who()
b = Both(left=1, right=2)
print(b.who(), [c.__name__ for c in Both.mro()])
try:
    class Bad(Base, Both): pass
except TypeError as error:
    print("mro error")
