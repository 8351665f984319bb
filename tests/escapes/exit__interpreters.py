#! expect = "completed | raised: <*>"
import _interpreters
_interpreters.run_string(_interpreters.create(), "while True: pass")
