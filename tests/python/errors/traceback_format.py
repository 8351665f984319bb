import traceback
def outer(): inner()
def inner(): raise ValueError("deep")
try:
    outer()
except ValueError as error:
    frames = traceback.extract_tb(error.__traceback__)
    print([f.name for f in frames])
    print(traceback.format_exception_only(error))
    lines = traceback.format_exception(error)
    print(lines[0].strip(), "|", lines[-1].strip())
print(traceback.format_exc().strip())
