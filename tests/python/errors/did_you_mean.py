#! python = "3.12"
import traceback
def told(what):
    try:
        what()
    except Exception as error:
        return traceback.format_exception_only(error)[-1].strip()
import collections
class Point:
    def __init__(self): self.width = 1
def names():
    counter = 1
    return countr
print(told(lambda: Point().widht))
print(told(names))
print(told(lambda: collections.defaultdic))
print(told(lambda: prnt("x")))
