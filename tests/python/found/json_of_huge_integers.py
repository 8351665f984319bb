import json
try:
    json.dumps(10 ** 5000)
except ValueError as error:
    print("ValueError")
#! known = "json.dumps does not know the limit on digits"
