#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed"
echo = add = fail = FINAL = SUBMIT = answer = 5
