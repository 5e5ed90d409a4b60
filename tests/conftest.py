"""What holds for every test: none fails because the machine was slow, or because it was started in the background."""

import signal

from hypothesis import settings

settings.register_profile("conjoin", deadline=None)
# For another Python, or the lowest versions: a property is tried to see that it runs (`--hypothesis-profile brief`).
settings.register_profile("brief", deadline=None, max_examples=10)
settings.load_profile("conjoin")

# A shell starts what it runs in the background with Ctrl-C ignored. Dagster then has SIGTERM ignored too, and every
# process that a test starts later inherits both: it could not be asked to end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
