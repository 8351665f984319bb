import sys
for code in [None, 0, 3, "message"]:
    try:
        sys.exit(code)
    except SystemExit as error:
        print(repr(error.code))
try:
    exit()
except SystemExit as error:
    print("exit", error.code)
