#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 1_500_000_000
#! expect = "raised: ValueError: echo()<*> | exceeded: memory"
x = "x" * (256 << 20)
echo(x)
# %%
#! expect = "raised: ValueError: echo()<*> | raised: NameError | exceeded: memory"
echo([x[:100 << 20], x[:100 << 20], x[:100 << 20]])
# %%
#! expect = "raised: ValueError: add()<*> | raised: NameError | exceeded: memory"
add(1, b=x.encode())
