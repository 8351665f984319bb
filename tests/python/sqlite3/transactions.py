"""Transactions, errors, and files under the current folder."""

import os
import sqlite3
from contextlib import closing

db = sqlite3.connect(":memory:")
db.execute("create table t (n int unique)")
with db:
    db.execute("insert into t values (1)")
try:
    with db:
        db.execute("insert into t values (2)")
        db.execute("insert into t values (1)")
except sqlite3.IntegrityError as error:
    print("IntegrityError:", error)
print(db.execute("select n from t").fetchall(), db.in_transaction)

db.execute("insert into t values (3)")
print(db.in_transaction)
db.rollback()
print(db.execute("select n from t").fetchall(), db.in_transaction)
db.execute("begin")
db.execute("insert into t values (4)")
db.execute("savepoint here")
db.execute("insert into t values (5)")
db.execute("rollback to here")
db.commit()
print(db.execute("select n from t order by n").fetchall())

for statement in ("selec 1", "select * from nowhere", "select missing from t", "insert into t values (1, 2)", "select 1; select 2"):
    try:
        db.execute(statement)
    except sqlite3.Error as error:
        print(type(error).__name__, error)
for parameters in ((), (1, 2)):
    try:
        db.execute("select ?", parameters)
    except sqlite3.ProgrammingError as error:
        print(error)
try:
    db.execute("select ?", (object(),))
except sqlite3.Error as error:
    print(type(error).__mro__[1].__name__, error)
db.close()
try:
    db.execute("select 1")
except sqlite3.ProgrammingError as error:
    print(error)

# A file, two connections, and what one sees of the other.
with closing(sqlite3.connect("some.db")) as one, closing(sqlite3.connect("./some.db", timeout=0)) as two:
    one.execute("create table t (v text)")
    one.executemany("insert into t values (?)", [(str(n) * 50,) for n in range(500)])
    print(two.execute("select count(*) from sqlite_master").fetchone())
    try:
        two.execute("create table u (v)")
    except sqlite3.OperationalError as error:
        print(error)
    one.commit()
    print(two.execute("select count(*), sum(length(v)) from t").fetchone())
print(os.path.getsize("some.db") > 20_000, os.listdir("."))
with closing(sqlite3.connect("file:some.db?mode=ro", uri=True)) as db:
    print(db.execute("select max(v) < 'a' from t").fetchone())
    try:
        db.execute("delete from t")
    except sqlite3.OperationalError as error:
        print(error)
with closing(sqlite3.connect("some.db")) as db:
    db.execute("delete from t where length(v) > 50")
    db.commit()
    db.execute("vacuum")
    print(db.execute("pragma integrity_check").fetchone(), db.execute("select count(*) from t").fetchone())
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    print(copy.execute("select count(*) from t").fetchone())
    print(list(copy.iterdump())[:3])
os.remove("some.db")
try:
    sqlite3.connect("nowhere/some.db")
except sqlite3.OperationalError as error:
    print(error)
