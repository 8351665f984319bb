import argparse, io, contextlib
p = argparse.ArgumentParser(prog="tool", description="does things")
p.add_argument("file")
p.add_argument("-n", "--num", type=int, default=3, help="a number")
p.add_argument("-v", action="count", default=0)
p.add_argument("--mode", choices=["a", "b"])
p.add_argument("--flag", action="store_true")
p.add_argument("rest", nargs="*")
print(p.parse_args(["f", "x", "y", "-n", "5", "-vv"]), p.parse_args(["f"]).num, p.parse_known_args(["f", "--zz"])[1])
sub = argparse.ArgumentParser(prog="s").add_subparsers(dest="cmd")
sub.add_parser("run").add_argument("--fast", action="store_true")
err = io.StringIO()
for bad in [[], ["f", "-n", "x"], ["f", "--mode", "c"]]:
    try:
        with contextlib.redirect_stderr(err):
            p.parse_args(bad)
    except SystemExit as error:
        print("exit", error.code)
print(err.getvalue().splitlines()[-2][:30], "a number" in p.format_help())
