#! expect = "raised: ExceptionGroup | exceeded: wall | exceeded: fuel"
group = ValueError("inner")
for n in range(60):
    group = ExceptionGroup("double", [group, group])
raise group
