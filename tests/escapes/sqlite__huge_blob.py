#! expect = "raised: MemoryError | exceeded: memory | raised: DataError | raised: OverflowError | exceeded: wall"
import sqlite3
db = sqlite3.connect(":memory:")
rows = [db.execute("select randomblob(900000000)").fetchone() for _ in range(5)]
