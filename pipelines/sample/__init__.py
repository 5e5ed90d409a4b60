"""How Conjoin runs the synthetic sample: its nights, the demo's home, the deployment that reads it from servers."""
