#! expect = "exceeded: wall | exceeded: fuel | completed"
text = "a" * 2_000_000
for n in range(100):
    text.find("a" * 1_000_000 + "b")
