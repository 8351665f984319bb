print("a", end="")
#! expect.stdout = "a"
# %%
print("b", end="")
#! expect.stdout = "b"
