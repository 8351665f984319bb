#! expect = "raised: RuntimeError: outer"
try:
    {}["k"]
except KeyError as error:
    raise RuntimeError("outer") from error
#| <*>KeyError: 'k'
#|
#| The above exception was the direct cause of the following exception:
#|
#| <*>RuntimeError: outer
# %%
#! expect = "raised: TypeError: second"
try:
    {}["k"]
except KeyError:
    raise TypeError("second")
#| <*>KeyError: 'k'
#|
#| During handling of the above exception, another exception occurred:
#|
#| <*>TypeError: second
