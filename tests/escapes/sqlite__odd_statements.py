#! expect = "completed"
import sqlite3
db = sqlite3.connect(":memory:")
odd = [
    "select " + "(" * 5_000 + "1" + ")" * 5_000, "select " + "+".join("1" * 9_000), "select '" + "x" * 3_000_000 + "'",
    "attach '/context/nothing.db' as a", "attach '/nowhere/deep/in/it.db' as b", "pragma temp_store = 1",
    "create table t (" + ",".join(f"c{n}" for n in range(3_000)) + ")", "select load_extension('x')", "vacuum into '/x'",
    "select writefile('/tmp/x', 'y')", "select fts5(1)", "pragma writable_schema = 1", "\0", "select 1\0select 2",
]
for statement in odd:
    try:
        db.execute(statement).fetchall()
    except (sqlite3.Error, ValueError, MemoryError, OverflowError) as error:
        print(type(error).__name__, str(error)[:80])
# Temporary files, which by default are memory.
db.executescript("pragma temp_store = 1; create temp table big as with recursive c(x) as (select 1 union all select x + 1 from c limit 50000) select x, hex(x) h from c")
print(db.execute("select count(distinct h) from big order by h").fetchone())
