print(format(1e20 + 1j, "5"), f"{complex(1e16, 2):30}", format(2 + 1e20j, ">12"))
#! known = "a complex number with a width and no type is written without an exponent"
