"""What can go wrong in the model: one sentence each, with the remedy and never a personal value."""


class ModelError(Exception):
    """A model cannot be trained, read or applied."""


class BundleError(ModelError):
    """A model bundle is missing, damaged or of another format."""


class TrainingError(ModelError):
    """The records do not allow a model to be trained."""
