#! expect = "completed"
# Stays a variable, so every listing of variables meets it: its own repr would take 2**60 steps.
group = ValueError("inner")
for n in range(60):
    group = ExceptionGroup("double", [group, group])
group
