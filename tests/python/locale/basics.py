import locale
print(locale.setlocale(locale.LC_ALL, "C"), locale.localeconv()["decimal_point"], locale.format_string("%.2f", 1234.5), locale.atof("1.5"), locale.str(2.5), sorted(["b", "A"], key=locale.strxfrm))
