import shlex
print(shlex.split("a 'b c' \"d e\" f\\ g # x"), shlex.quote("it's"), shlex.join(["a b", "c"]), list(shlex.shlex("x=1;y", punctuation_chars=True)))
try:
    shlex.split("'open")
except ValueError as error:
    print(error)
