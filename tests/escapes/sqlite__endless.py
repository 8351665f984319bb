#! expect = "exceeded: wall | exceeded: fuel"
import sqlite3
sqlite3.connect(":memory:").execute("with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c").fetchone()
