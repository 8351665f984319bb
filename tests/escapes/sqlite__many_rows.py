#! expect = "raised: MemoryError | exceeded: memory | exceeded: wall | exceeded: fuel"
import sqlite3
db = sqlite3.connect(":memory:")
db.execute("create table t(b)")
while True:
    db.execute("insert into t values (zeroblob(10000000))")
