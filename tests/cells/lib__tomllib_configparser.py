import tomllib, configparser
tomllib.loads('a = 1\n[b]\nc = ["x", 2.5]\nd = 2026-01-02')
#= {'a': 1, 'b': {'c': ['x', 2.5], 'd': datetime.date(2026, 1, 2)}}
# %%
c = configparser.ConfigParser()
c.read_string("[s]\nk = v\nn = 5\n")
c["s"]["k"], c.getint("s", "n"), c.sections()
#= ('v', 5, ['s'])
