#! expect.submitted = '"Paris"'
FINAL("Paris")
# %%
#! expect.submitted = '[1,2]'
result = [1, 2]
FINAL_VAR("result")
# %%
#! expect.submitted = '"done"'
answer["content"] = "done"
answer["ready"] = True
# %%
#! expect = "raised: ZeroDivisionError"
#! expect.submitted = '"before"'
FINAL("before")
1 / 0
# %%
#! expect = "raised: NameError: FINAL_VAR: no variable is called 'nothing'; there are: <*>result<*>"
FINAL_VAR("nothing")
