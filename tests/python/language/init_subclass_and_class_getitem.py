class Plugin:
    found = []
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.found.append((cls.__name__, tag))
    def __class_getitem__(cls, item): return f"{cls.__name__}[{item}]"
class One(Plugin, tag="first"): pass
class Two(One): pass
print(Plugin.found, Plugin[int.__name__])
