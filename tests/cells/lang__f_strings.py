name, value = "π", 3.14159
f"{name}={value:.2f} {value!r:>10} {10:05d} {1234567:,} {255:#x} {0.25:.0%} {name:*^5} {{}}"
#= 'π=3.14    3.14159 00010 1,234,567 0xff 25% **π** {}'
# %%
width = 6
f"{value:{width}.1f}|{name!a}|{value=:.1f}|{'nested ' + f'{width}'}"
#= "   3.1|'\\u03c0'|value=3.1|nested 6"
# %%
f"{'a' if width > 3 else 'b'} {[n for n in range(3)]} {(lambda x: x * 2)(4)}"
#= 'a [0, 1, 2] 8'
# %%
"{0} {1!r} {key:>4} {0[0]}".format("ab", "c", key=7), "%s %5.2f %d%% %r %x" % ("s", 2.5, 50, "q", 255), "{:,}".format(10**6)
#= ("ab 'c'    7 a", "s  2.50 50% 'q' ff", '1,000,000')
