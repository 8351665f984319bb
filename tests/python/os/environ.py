import os
os.environ["RLM_TEST"] = "1"
print(os.getenv("RLM_TEST"), "RLM_TEST" in os.environ, os.environ.get("NOPE_X"), os.path.expandvars("$RLM_TEST/x"))
del os.environ["RLM_TEST"]
try:
    os.environ["RLM_TEST"]
except KeyError as error:
    print(error)
