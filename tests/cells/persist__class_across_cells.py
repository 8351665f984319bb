class Account:
    """Money."""
    count = 0

    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance
        Account.count += 1

    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"
None
# %%
a = Account("ann", 5)
a
#= Account('ann', 5)
# %%
class Saving(Account):
    rate = 2

    def grow(self):
        self.balance *= self.rate
        return self
None
# %%
s = Saving("bob", 4).grow()
s, isinstance(s, Account), Account.count, Saving.__mro__[1].__doc__
#= (Account('bob', 8), True, 2, 'Money.')
# %%
Account.__repr__ = lambda self: "changed"
[a, s]
#= [changed, changed]
