"""Reads JSON lines {"key", "plaintext" or "token"} and answers each with the other, by Debian's python3-cryptography. Plaintexts are hexadecimal."""
import json
import sys

from cryptography.fernet import Fernet

for line in sys.stdin:
    case = json.loads(line)
    fernet = Fernet(case["key"])
    if "token" in case:
        print(json.dumps({"plaintext": fernet.decrypt(case["token"]).hex()}))
    else:
        print(json.dumps({"token": fernet.encrypt(bytes.fromhex(case["plaintext"])).decode()}))
