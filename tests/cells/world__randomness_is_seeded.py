import random, os, uuid, secrets
values = [random.random(), random.randint(1, 10**9), os.urandom(8), uuid.uuid4(), secrets.token_hex(4), hash("text")]
values
#= <*>
# %%
len(set(map(str, values)))
#= 6
# %%
random.seed(42)
random.random(), random.randint(1, 100), random.choice("abc"), random.sample(range(10), 3)
#= (0.6394267984578837, 4, 'c', [4, 3, 8])
