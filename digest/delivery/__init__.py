"""The ledger and the wire: what makes "once" true, and how mails leave."""
