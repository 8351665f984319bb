#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
echo("a\ud800b"), echo("\0"), echo("\0" * 1000) == "\0" * 1000, echo(b"\0\xff"), echo({"\udfff": 1})
#= ('a\\ud800b', '\x00', True, b'\x00\xff', {'\\udfff': 1})
