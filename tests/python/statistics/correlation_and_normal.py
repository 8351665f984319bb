import statistics as s
x, y = [1, 2, 3, 4], [2, 4, 6, 9]
print(round(s.correlation(x, y), 6), s.covariance(x, y), s.linear_regression(x, y))
n = s.NormalDist(100, 15)
print(n.mean, round(n.cdf(115), 6), round(n.inv_cdf(0.5), 6), n + 10, round(n.overlap(s.NormalDist(110, 15)), 6), round(n.zscore(130), 3))
