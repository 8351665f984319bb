#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expand = true
x = 0
{{x += 1\n * 20000}}
x
#= 20000
