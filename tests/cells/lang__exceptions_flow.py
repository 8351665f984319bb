log = []
def attempt(n):
    try:
        log.append("try")
        return 10 / n
    except ZeroDivisionError as error:
        log.append(str(error))
        return None
    else:
        log.append("else")
    finally:
        log.append("finally")
attempt(2), attempt(0), log
#= (5.0, None, ['try', 'finally', 'try', 'division by zero', 'finally'])
# %%
for n in range(3):
    if n == 5:
        break
else:
    print("no break")
#> no break
# %%
def odd():
    for n in range(5):
        try:
            continue
        finally:
            log.append(n)
log.clear()
odd()
log
#= [0, 1, 2, 3, 4]
