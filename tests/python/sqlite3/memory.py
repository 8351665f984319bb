"""Databases in memory, as programs use them for tables that are too much for dicts."""

import sqlite3

db = sqlite3.connect(":memory:")
db.execute("create table people (id integer primary key, name text not null, age int, town text)")
rows = [("Ada", 36, "London"), ("Grace", 85, "New York"), ("Alan", 41, "London"), ("Edsger", 72, None)]
db.executemany("insert into people (name, age, town) values (?, ?, ?)", rows)
print(db.execute("select count(*), avg(age), min(name) from people").fetchone())
for row in db.execute("select town, count(*), group_concat(name, '+') from people group by town order by town"):
    print(row)
print(db.execute("select name from people where age between :low and :high order by age", {"low": 40, "high": 80}).fetchall())

db.row_factory = sqlite3.Row
row = db.execute("select * from people where name like 'g%'").fetchone()
print(row["name"], row["age"], row.keys(), tuple(row), len(row))
db.row_factory = None

cursor = db.cursor()
cursor.execute("insert into people (name, age) values ('Barbara', 30)")
print(cursor.lastrowid, cursor.rowcount, [column[0] for column in cursor.execute("select * from people").description])
cursor.execute("update people set age = age + 1 where town = 'London'")
print(cursor.rowcount, db.total_changes)
print(cursor.execute("select age from people order by age").fetchmany(2))

# Joins, subqueries, windows, common table expressions, JSON, full text.
db.executescript("""
    create table visits (person int references people(id), day text, minutes real);
    insert into visits values (1, '2024-01-01', 10.5), (1, '2024-01-03', 20), (2, '2024-01-02', 7.25), (3, '2024-02-01', 60);
    create index by_person on visits (person);
""")
print(db.execute("""
    select name, sum(minutes) as total from people join visits on person = id group by id having total > 10 order by total desc
""").fetchall())
print(db.execute("""
    select name, day, row_number() over (partition by person order by day) as n,
           sum(minutes) over (order by day) as running
    from visits join people on person = id order by day
""").fetchall())
print(db.execute("with recursive f(a, b) as (select 0, 1 union all select b, a + b from f limit 12) select a from f").fetchall())
print(db.execute("select json_extract('{\"a\": [1, 2, {\"b\": \"x\"}]}', '$.a[2].b'), json_array(1, 'two', null)").fetchone())
print(db.execute("select strftime('%Y-%m', day) as month, count(*) from visits group by month").fetchall())
print(db.execute("select upper('abc'), length('né'), substr('hello', 2, 3), round(2.567, 2), coalesce(null, 5), typeof(1.0)").fetchone())

db.create_function("backwards", 1, lambda text: text[::-1], deterministic=True)
print(db.execute("select backwards(name) from people where id < 3").fetchall())


class Longest:
    def __init__(self):
        self.text = ""

    def step(self, text):
        self.text = max(self.text, text, key=len)

    def finalize(self):
        return self.text


db.create_aggregate("longest", 1, Longest)
print(db.execute("select longest(name) from people").fetchone())
db.create_collation("by_length", lambda a, b: len(a) - len(b))
print(db.execute("select name from people order by name collate by_length, name limit 3").fetchall())

# Values of all kinds go in and come out.
db.execute("create table kinds (v)")
values = [None, 1, -(2**63), 2**63 - 1, 1.5, "text ü", b"\x00\xff", ""]
db.executemany("insert into kinds values (?)", [(value,) for value in values])
print([value for value, in db.execute("select v from kinds")] == values)
print(db.execute("select typeof(v) from kinds").fetchall())
