"""The link model for nominal records: features, blocking rules, comparisons, training, bundles and scoring.

Usable alone: give `train` a DuckDB connection with a table of `relations.RECORD`, then `score`.
"""

from linkage_models.nominal.bundle import Bundle, latest
from linkage_models.nominal.bundle.thresholds import FALSE_LINK_COSTS, BundleThresholds
from linkage_models.nominal.errors import BundleError, ModelError, TrainingError
from linkage_models.nominal.model.features import build_features
from linkage_models.nominal.score.otherwise import score_otherwise
from linkage_models.nominal.score.scoring import DUCKDB, Engine, ScoreCounts, score
from linkage_models.nominal.score.spark import spark_engine
from linkage_models.nominal.train.labels import Labels
from linkage_models.nominal.train.training import train

__all__ = [
    "DUCKDB",
    "FALSE_LINK_COSTS",
    "Bundle",
    "BundleError",
    "BundleThresholds",
    "Engine",
    "Labels",
    "ModelError",
    "ScoreCounts",
    "TrainingError",
    "build_features",
    "latest",
    "score",
    "score_otherwise",
    "spark_engine",
    "train",
]
