#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
import sys, gc
seen = []
frame = sys._getframe()
while frame:
    seen.append((frame.f_code.co_filename, sorted(frame.f_globals)[:3]))
    frame = frame.f_back
len(seen), seen[0][0]
#= (1, '<cell 2>')
# %%
#! expect = "completed | raised: <*>"
text = []
for thing in gc.get_objects()[:20_000]:
    try:
        text.append(str(thing)[:2000])
    except Exception:
        pass
print("canary" + "-7f3a" in "".join(text))
# %%
#! expect = "completed | raised: <*>"
classes = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ in ("Popen", "FileIO", "BuiltinImporter", "_wrap_close")]
[c("/etc/passwd") for c in classes if c.__name__ == "FileIO"]
# %%
#! expect = "completed | raised: <*>"
print.__self__.open(canary_path).read()
# %%
#! expect = "completed | raised: <*>"
[m for m in sys.modules.values() if hasattr(m, "system")][0].system("env")
