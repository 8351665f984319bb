total = 0
def add(n):
    global total, made
    total += n
    made = "here"
add(3)
print(total, made)
def shadow():
    total = 99
    return total
print(shadow(), total)
def early():
    print(total)
    total = 1
try:
    early()
except UnboundLocalError as error:
    print(type(error).__name__)
