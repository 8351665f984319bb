import statistics as s
data = [1, 2, 2, 3, 4, 7, 9]
print(s.mean(data), s.median(data), s.mode(data), s.stdev(data), s.pstdev(data), s.variance(data), s.pvariance(data), s.median_low([1, 2, 3, 4]), s.median_high([1, 2, 3, 4]), s.median([1, 2, 3, 4]))
print(s.multimode("aabb"), s.quantiles(data, n=4), s.fmean([1.5, 2.5]), s.geometric_mean([1, 4]), s.harmonic_mean([40, 60]), s.median_grouped([1, 2, 2, 3]))
from fractions import Fraction
from decimal import Decimal
print(s.mean([Fraction(1, 2), Fraction(1, 3)]), s.mean([Decimal("0.5"), Decimal("0.75")]))
for bad in [lambda: s.mean([]), lambda: s.stdev([1])]:
    try:
        bad()
    except s.StatisticsError as error:
        print(error)
