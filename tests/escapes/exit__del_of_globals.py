class Clingy:
    def __del__(self):
        echo("from __del__")
        raise ValueError("ignored")
clingy = Clingy()
# %%
del clingy
# %%
5
#= 5
