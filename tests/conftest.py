"""What holds for every test: none fails because the machine was slow."""

from hypothesis import settings

settings.register_profile("conjoin", deadline=None)
settings.load_profile("conjoin")
