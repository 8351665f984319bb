import tabular as t
rows = t.read_csv("city,n,when\nOslo,3,2024-01\nParis,,2024-02\nOslo,4.5,2024-03\nRome,007,2024-01\n")
rows
#= [{'city': 'Oslo', 'n': 3, 'when': '2024-01'}, {'city': 'Paris', 'n': None, 'when': '2024-02'}, {'city': 'Oslo', 'n': 4.5, 'when': '2024-03'}, {'city': 'Rome', 'n': '007', 'when': '2024-01'}]
# %%
t.count(rows, "city"), t.where(rows, city="Oslo", n=3), len(t.where(rows, lambda r: r["n"]))
#= ([{'city': 'Oslo', 'count': 2}, {'city': 'Paris', 'count': 1}, {'city': 'Rome', 'count': 1}], [{'city': 'Oslo', 'n': 3, 'when': '2024-01'}], 3)
# %%
numbers = t.select(rows[:3], "city", "n")
t.group(numbers, "city", total=("n", sum), mean=("n", t.mean), rows=len)
#= [{'city': 'Oslo', 'total': 7.5, 'mean': 3.75, 'rows': 2}, {'city': 'Paris', 'total': None, 'mean': None, 'rows': 1}]
# %%
t.sort(numbers, "-n", "city"), t.sort(numbers, "city", "n")[0], t.top(numbers, "n", 1)
#= ([{'city': 'Oslo', 'n': 4.5}, {'city': 'Oslo', 'n': 3}, {'city': 'Paris', 'n': None}], {'city': 'Oslo', 'n': 3}, [{'city': 'Oslo', 'n': 4.5}])
# %%
lands = [{"city": "Oslo", "land": "NO", "n": 1}, {"city": "Bern", "land": "CH", "n": 2}]
t.join(numbers, lands, on="city", how="left")
#= [{'city': 'Oslo', 'n': 3, 'land': 'NO', 'n_2': 1}, {'city': 'Paris', 'n': None, 'land': None, 'n_2': None}, {'city': 'Oslo', 'n': 4.5, 'land': 'NO', 'n_2': 1}]
# %%
print(t.show(t.derive(numbers, double=lambda r: (r["n"] or 0) * 2), most=2))
#> city   n  double
#> -----  -  ------
#> Oslo   3       6
#> Paris          0
#> ... 1 more rows
# %%
t.to_csv(numbers), t.to_jsonl(numbers[:1]), t.read_jsonl('{"a": 1}\n\n{"a": 2}'), t.distinct(rows, "city")[-1]["when"]
#= ('city,n\nOslo,3\nParis,\nOslo,4.5\n', '{"city": "Oslo", "n": 3}\n', [{'a': 1}, {'a': 2}], '2024-01')
# %%
#! expect = "raised: KeyError: \"no column 'town'; this row has 'city', 'n'\""
t.sort(numbers, "town")
# %%
#! expect = "raised: ValueError: line 2 is not JSON: Expecting value: line 1 column 1 (char 0): 'x'"
t.read_jsonl("1\nx")
