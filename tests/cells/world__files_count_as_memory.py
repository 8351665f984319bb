#! limits.memory_bytes = 134_217_728
#! expect = "raised: OSError | raised: MemoryError | exceeded: memory"
with open("big", "wb") as f:
    for _ in range(1000):
        f.write(b"x" * 1_000_000)
# %%
print("alive")
#> alive
