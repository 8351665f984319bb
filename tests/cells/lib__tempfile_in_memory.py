import tempfile
with tempfile.SpooledTemporaryFile(max_size=1000, mode="w+") as f:
    f.write("held in memory")
    f.seek(0)
    got = f.read()
got
#= 'held in memory'
