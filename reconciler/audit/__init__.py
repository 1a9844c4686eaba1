"""The ledger for auditors: what to look for, who was behind it, who signed for it, and how to hand it on."""
