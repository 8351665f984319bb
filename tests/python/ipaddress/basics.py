import ipaddress as ip
n = ip.ip_network("192.168.0.0/30")
print(list(n.hosts()), ip.ip_address("10.0.0.1") in ip.ip_network("10.0.0.0/8"), n.num_addresses, ip.ip_address("::1").is_loopback, ip.ip_address("192.168.1.1").is_private, int(ip.ip_address("1.2.3.4")), n.netmask, sorted([ip.ip_address("10.0.0.2"), ip.ip_address("10.0.0.1")]))
try:
    ip.ip_address("999.1.1.1")
except ValueError as error:
    print(error)
