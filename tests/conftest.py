"""What holds for every test: none fails because the machine was slow."""

from hypothesis import settings

settings.register_profile("conjoin", deadline=None)
# For another Python, or the lowest versions: a property is tried to see that it runs (`--hypothesis-profile brief`).
settings.register_profile("brief", deadline=None, max_examples=10)
settings.load_profile("conjoin")
