"""The seven source systems: what each one holds beyond a nominal, and how it delivers a night."""
