import contextlib, io
held = io.StringIO()
with contextlib.redirect_stdout(held):
    print("held back")
print("shown:", held.getvalue().strip())
#> shown: held back
# %%
errors = io.StringIO()
import sys
with contextlib.redirect_stderr(errors):
    print("quiet", file=sys.stderr)
errors.getvalue()
#= 'quiet\n'
