import calendar, uuid, ipaddress, colorsys, graphlib
calendar.monthrange(2024, 2), calendar.isleap(1900), uuid.UUID(int=5), str(ipaddress.ip_network("10.0.0.0/30")[1]), list(graphlib.TopologicalSorter({"b": {"a"}}).static_order())
#= ((calendar.THURSDAY, 29), False, UUID('00000000-0000-0000-0000-000000000005'), '10.0.0.1', ['a', 'b'])
# %%
uuid.uuid5(uuid.NAMESPACE_DNS, "python.org"), calendar.month_name[3]
#= (UUID('886313e1-3b8a-5372-9b90-0c9aee199e5d'), 'March')
