"""The synthetic sample in Conjoin's hands: its nights, the demo's home, the deployment that reads it from servers."""
