import math
from collections import Counter as C
# %%
math.floor(2.5), C("aab").most_common(1)
#= (2, [('a', 2)])
