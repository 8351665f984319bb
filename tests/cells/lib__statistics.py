import statistics as s
s.mean([1, 2, 3, 4]), s.median([3, 1, 2]), s.mode("aab"), round(s.stdev([1, 2, 3, 4]), 6), s.quantiles([1, 2, 3, 4], n=2), s.fmean([1.5, 2.5])
#= (2.5, 2, 'a', 1.290994, [2.5], 2.0)
# %%
#! expect = "raised: StatisticsError"
s.mean([])
