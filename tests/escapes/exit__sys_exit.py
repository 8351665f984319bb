#! expect = "raised: SystemExit"
import sys
try:
    sys.exit(3)
except SystemExit as error:
    raise SystemExit("again") from error
