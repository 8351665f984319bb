# A text is appended to in place only where nobody can tell.
s = "ab" * 3
t = s
s += "c"
s, t
#= ('abababc', 'ababab')
# %%
kept = []
s = "x" + str(1)
for i in range(40):
    kept.append(s)
    s += str(i)
len(set(kept)), kept[0], kept[1], kept[2], len(s)
#= (40, 'x1', 'x10', 'x101', 72)
# %%
def grow(n):
    kept, s = [], "y" + str(n)
    for i in range(n):
        if i % 3 == 0:
            kept.append(s)
        s += "é" if i == 20 else "z"
    return kept, s
kept, s = grow(40)
[len(text) for text in kept], len(s), s[21:25], s.isascii(), kept[0]
#= ([3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42], 43, 'zzéz', False, 'y40')
# %%
# A key in a dict keeps its hash and its place.
table = {}
s = "k" + str(2)
for i in range(30):
    table[s] = i
    s += "k"
list(table)[:3], table["k2"], table["k2" + "k" * 29], s in table, s == "k2" + "k" * 30, hash(s) == hash("k2" + "k" * 30)
#= (['k2', 'k2k', 'k2kk'], 0, 29, False, True, True)
# %%
# The hash and the length are those of the text as it is now.
s = "h" + str(3)
seen = []
for i in range(30):
    seen.append((hash(s) == hash("h3" + "é" * i), len(s), s[-1]))
    s += "é"
all(same for same, _, _ in seen), seen[-1], s.encode()[-4:], s[15], s.index("é")
#= (True, (True, 31, 'é'), b'\xc3\xa9\xc3\xa9', 'é', 2)
# %%
# The right side may be the left, and may look at it or rebind it.
s = "a" + str(4)
for i in range(12):
    s += s
t = "b" + str(5)
def look():
    global t
    old = t
    t = "rebound"
    return f"<{len(old)}>"
for i in range(20):
    t += look()
len(s), s[:4], t
#= (8192, 'a4a4', 'b5<2><5><8><11><15><19><23><27><31><35><39><43><47><51><55><59><63><67><71><75>')
# %%
# Names of functions, constants, slices and defaults stay what they are.
def constant():
    s = "constant"
    for i in range(12):
        s += "!"
    return s
def default(s="default"):
    for i in range(12):
        s += "?"
    return s
[constant() for _ in range(3)] == ["constant" + "!" * 12] * 3, [default() for _ in range(3)] == ["default" + "?" * 12] * 3, default.__defaults__
#= (True, True, ('default',))
# %%
# In closures, attributes, globals of a function and nested scopes.
total = "g" + str(6)
class Box:
    text = "t" + str(7)
def work():
    global total
    inner = "n" + str(8)
    def more():
        nonlocal inner
        inner += "."
        return inner
    before = total
    for i in range(15):
        total += "+"
        Box.text += "-"
        more()
    return before, inner
work(), total, Box.text
#= (('g6', 'n8...............'), 'g6+++++++++++++++', 't7---------------')
# %%
# Surrogates stay apart.
s = "s" + chr(0xD800)
for i in range(12):
    s += chr(0xDC00)
len(s), [ord(c) for c in s[:3]] == [115, 0xD800, 0xDC00]
#= (14, True)
# %%
#! limits.fuel = 12_000_000_000
# Linear: a million appends in a function and at the top level.
def long(n):
    s = ""
    for i in range(n):
        s += "ab"
    return s
s = ""
for i in range(500_000):
    s += "line " + str(i) + "\n"
len(long(500_000)), len(s)
#= (1000000, 5888890)
