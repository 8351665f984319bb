import sys
def spin(*_):
    while True:
        pass
sys.displayhook = sys.excepthook = sys.unraisablehook = sys.audit = spin
5
#= 5
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
