#! expect = "raised: SystemExit: 2"
#! expect.exit = 2
import argparse
p = argparse.ArgumentParser(prog="tool")
p.add_argument("-n", type=int, default=3)
p.add_argument("word")
args = p.parse_args(["-n", "5", "hi"])
print(args.n, args.word)
#> 5 hi
p.parse_args(["-n", "x", "hi"])
#2> usage: tool [-h] [-n N] word
#2> tool: error: argument -n: invalid int value: 'x'
