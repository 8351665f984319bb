import enum
class Color(enum.Enum):
    RED = 1
    GREEN = enum.auto()
    ALIAS = 1
    def describe(self): return f"{self.name}={self.value}"
print(list(Color), Color.RED, repr(Color.GREEN), Color(2), Color["RED"], Color.ALIAS is Color.RED, Color.RED.describe(), len(Color), Color.RED in Color, Color.RED == 1)
print(list(Color.__members__), {Color.RED: "r"}[Color.RED], isinstance(Color.RED, Color), Color.RED.name)
for bad in [lambda: Color(9), lambda: Color["NOPE"], lambda: setattr(Color, "RED", 2), lambda: Color.RED < Color.GREEN]:
    try:
        bad()
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        print(type(error).__name__, error)
