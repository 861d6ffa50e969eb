"""Reads one IP address a line and answers whether Python's own tables of the special-purpose registries call it global."""
import ipaddress
import json
import sys

for line in sys.stdin:
    print(json.dumps(ipaddress.ip_address(line.strip()).is_global))
