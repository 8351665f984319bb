#! expect = "completed | raised: <*>"
__builtins__.__dict__.clear()
