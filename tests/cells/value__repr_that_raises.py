class Bad:
    def __repr__(self):
        raise ValueError("no repr")
Bad()
#= <Bad whose repr raised ValueError>
# %%
#! expect = "raised: ValueError: no repr"
repr(Bad())
