list(range(150)) == eval(repr(list(range(150)))), list(range(3))
#= (True, [0, 1, 2])
