#! expect = "raised: ExceptionGroup | exceeded: wall | exceeded: fuel"
def fail():
    group = ValueError("inner")
    for n in range(60):
        group = ExceptionGroup("double", [group, group])
    raise group
fail()
