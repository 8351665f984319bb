#! expect = "exceeded: wall | exceeded: fuel | exceeded: stack | raised: OperationalError | raised: RecursionError | exceeded: crash"
import sqlite3
db = sqlite3.connect(":memory:")
def again(n):
    return db.execute("select again(?)", (n + 1,)).fetchone()[0]
db.create_function("again", 1, again)
again(0)
