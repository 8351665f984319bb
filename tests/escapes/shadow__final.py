FINAL = FINAL_VAR = SUBMIT = print
# %%
#! expect.submitted = '"real"'
FINAL("real")
# %%
answer = None
# %%
#! expect.submitted = '"again"'
answer["content"], answer["ready"] = "again", True
