import sys
names = ["json", "linecache", "traceback", "re", "builtins", "_rlm", "_rlm_runtime", "rlm_context", "rlm_answer", "reprlib", "random"]
for name in names:
    with open(f"/tmp/{name}.py", "w") as file:
        file.write("while True: pass\n")
sys.path.insert(0, "/tmp")
sys.path_importer_cache.clear()
#! expect = "completed | raised: <*>"
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
# %%
#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel"
for name in names:
    sys.modules.pop(name, None)
for name in names:
    __import__(name)
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
# %%
sys.path.clear()
sys.meta_path.clear()
sys.path_hooks.clear()
#! expect = "completed | raised: <*>"
# %%
{"shown": [1, 2]}
#= {'shown': [1, 2]}
