#! expect = "raised: ValueError | exceeded: wall | exceeded: fuel | exceeded: memory"
a = ["x"]
for _ in range(60):
    a = [a, a]
echo(a)
# %%
#! expect = "raised: ValueError | raised: NameError | exceeded: wall | exceeded: fuel | exceeded: memory"
FINAL(a)
