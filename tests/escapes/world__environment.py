import os, sys, platform
dict(os.environ), dict(os.environb) if hasattr(os, "environb") else {}, os.getenv("RLM_TEST_CANARY"), os.getenv("PATH")
#= ({}, {}, None, None)
# %%
#! expect = "completed | raised: <*>"
import posix
print(getattr(posix, "environ", {}))
# %%
#! expect = "completed | raised: <*>"
import platform, socket, getpass, pwd
[f() for f in (platform.node, socket.gethostname, getpass.getuser, os.getcwd, os.getlogin, lambda: pwd.getpwall())]
# %%
#! expect = "completed | raised: <*>"
print(sys.path, sys.executable, sys.prefix, sys.argv, sys.orig_argv, sys.flags, platform.uname())
# %%
sys._git if hasattr(sys, "_git") else None, [name for name in sys.modules if "/" in name]
#= <*>
