#! expect = "completed"
class Evil:
    def __eq__(self, other):
        while True:
            pass
    def __hash__(self):
        return hash("echo")
    def __call__(self, *args):
        return "evil"
echo = Evil()
add = lambda *a: "evil"
del fail
# %%
echo(1), add(1)
#= (1, 2)
