"""Scoring on Spark, where candidate pairs outgrow one machine: DuckDB prepares each record, Spark pairs and scores.

What grows with the records stays in DuckDB; what grows with their pairs is Spark's. Both apply the same rules and
conditions (`spark_sql`), so the edges are those of DuckDB except for how alike two texts are: each engine's own library
says that. The two hand each other Parquet files in a folder that both see.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb
from splink.internals.exceptions import SplinkException

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.bundle.term_frequencies import TERM_COLUMNS, attach
from linkage_models.nominal.errors import ModelError
from linkage_models.nominal.model.blocking import too_large
from linkage_models.nominal.model.features import build_features
from linkage_models.nominal.score import pairing
from linkage_models.nominal.score.evidence import edges_sql
from linkage_models.nominal.score.spark_sql import in_spark, spark_sql
from linkage_models.nominal.score.splink_api import model_linker, quietly
from linkage_models.relations import Temporaries, literal

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TWO_TO_64 = 18446744073709551616
"""Spark has no unsigned numbers: blocking keys from half of this upwards are negative there."""


@contextmanager
def spark_engine(master: str, folder: Path) -> Iterator["SparkEngine"]:
    """Give an engine for `score` that starts Spark when there is something to score, and ends it with the block.

    Whatever else Spark is to know (memory, executors, credentials) stands in its own `spark-defaults.conf`.

    Args:
        master: where Spark runs, as Spark writes it: `local[4]`, `spark://host:7077`, `yarn`.
        folder: a folder that this process and Spark's executors see at one path; working files come and go in it.
    """
    with ExitStack() as closing:
        yield SparkEngine(master, folder / f"spark-{uuid4().hex}", closing)


@dataclass
class SparkEngine:
    """The `scoring.Engine` that pairs and scores on Spark; `spark_engine` makes it."""

    master: str
    at: Path
    closing: ExitStack
    name: str = "spark"
    _lists: frozenset[str] = frozenset()
    _session: "SparkSession | None" = field(default=None, repr=False)

    def pair(self, own: Temporaries, records: str, bundle: Bundle, capped: str) -> int:
        """Pair changed records with all; see `scoring.Engine`. The pairs stay with Spark.

        Raises:
            ModelError: PySpark or Java is not here, or Spark failed.
        """
        con = own.con
        build_features(con, records, own.adopt("score_plain"), kinds=bundle.kinds)
        attach(own, "score_plain", "score_input", bundle.frequencies)
        own.drop("score_plain")
        columns = con.execute("DESCRIBE score_input").fetchall()
        lists = [column for column, kind, *_ in columns if kind.endswith("[]")]
        self._lists = frozenset(f"{column}{side}" for column in lists for side in ("", "_l", "_r"))
        with self._told():
            self._give(con, "score_input", "FROM score_input")
            changed = "SELECT unique_id AS id FROM score_input SEMI JOIN score_changed USING (record_key)"
            self._give(con, "score_changed", changed)
            self._give(con, "score_copy", "FROM score_copy")
            before = f"blocking_key - CASE WHEN blocking_key >= {TWO_TO_64 // 2} THEN {TWO_TO_64} ELSE 0 END"
            self._give(con, "score_before", f"SELECT ({before})::BIGINT AS blocking_key FROM {capped}")
            self._keep("score_key", pairing.keys_to_pair("score_input", "unique_id", bundle))
            self._keep("score_capped", too_large("score_key"))
            self._keep("score_crossed", f"SELECT DISTINCT id FROM ({pairing.of_crossed('score_key', 'score_before')})")
            self._keep("score_bearer", pairing.first_bearers("score_key"))
            bearers = "(FROM score_input SEMI JOIN score_bearer ON unique_id = id)"
            self._keep("score_named", pairing.with_rules(bearers, "unique_id", bundle))
            anew = "(SELECT id FROM score_changed UNION SELECT id FROM score_crossed)"
            star = """
                SELECT original.unique_id AS join_key_l, copy.unique_id AS join_key_r
                FROM score_copy JOIN score_input AS copy ON copy.record_key = score_copy.record_key
                JOIN score_input AS original ON original.record_key = score_copy.original
            """
            pairs_of_all = f"({pairing.PAIRS}) UNION ({star})"
            self._keep(
                "score_pair",
                f"""
                SELECT '0' AS match_key, join_key_l, join_key_r FROM ({pairs_of_all}) AS p
                LEFT JOIN {anew} AS l ON l.id = join_key_l LEFT JOIN {anew} AS r ON r.id = join_key_r
                WHERE l.id IS NOT NULL OR r.id IS NOT NULL
                """,
            )
            pairs = int(self.session.table("score_pair").count())
        after = f"(blocking_key + CASE WHEN blocking_key < 0 THEN {TWO_TO_64} ELSE 0 END)::UBIGINT"
        own.table(
            "score_capped",
            f"SELECT * REPLACE ({after} AS blocking_key) FROM {self._kept('score_named')} ORDER BY blocking_key",
        )
        con.execute(f"""
            INSERT INTO score_changed
            FROM score_current ANTI JOIN score_changed USING (record_key) SEMI JOIN (
                SELECT record_key FROM score_input SEMI JOIN {self._kept("score_crossed")} AS c ON c.id = unique_id
            ) USING (record_key)
        """)
        return pairs

    def score(self, own: Temporaries, bundle: Bundle) -> None:
        """Score the pairs with Splink into `score_edge`; see `scoring.Engine`.

        Raises:
            ModelError: Spark failed.
        """
        from splink import SparkAPI  # noqa: PLC0415  # PySpark is an extra

        with quietly(), self._told():
            api = SparkAPI(spark_session=self.session)  # type: ignore[no-untyped-call]
            model = in_spark(bundle.model, self._lists)
            records = self.session.table("score_input")
            # Splink adds frequencies itself, and Spark would not know which of two columns of one name is meant.
            frequencies = [f"tf_{column}" for column in TERM_COLUMNS]
            linker = model_linker(api.register(records.drop(*frequencies)), model)
            linker.table_management.register_blocked_pairs_for_predict(api.register(self.session.table("score_pair")))
            for column, frequency in zip(TERM_COLUMNS, frequencies, strict=True):
                frozen = records.select(column, frequency).dropna().dropDuplicates([column])
                linker.table_management.register_term_frequency_lookup(api.register(frozen), column)
            least = bundle.thresholds.review - bundle.slips.most() - 1e-3
            predicted = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
            self._keep("score_edge", edges_sql(predicted.physical_name, "score_input", bundle))
        own.table("score_edge", f"FROM {self._kept('score_edge')}")

    @property
    def session(self) -> "SparkSession":
        """The session, started at first use."""
        if self._session is None:
            self._session = _start(self.master)
            self.closing.callback(self._session.stop)
            self.at.mkdir(parents=True)
            self.closing.callback(shutil.rmtree, self.at)
            self._session.sparkContext.setCheckpointDir(str(self.at / "checkpoint"))
        return self._session

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn an error of Spark into one sentence, without the values of records that its message may hold."""
        _ = self.session
        logging.getLogger("SQLQueryContextLogger").disabled = True
        from pyspark.errors import PySparkException  # noqa: PLC0415  # an extra

        try:
            yield
        except (PySparkException, SplinkException) as error:
            cause = error if isinstance(error, PySparkException) else error.__cause__
            what = (isinstance(cause, PySparkException) and cause.getCondition()) or type(error).__name__
            raise ModelError(f"Spark at {self.master} failed ({what}); its own log says more.") from None

    def _give(self, con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
        """Pass the rows of a DuckDB query to Spark, as the view `name`."""
        con.execute(f"COPY ({query}) TO {literal(str(self.at / name))} (FORMAT parquet, PER_THREAD_OUTPUT)")
        self._view(name)

    def _keep(self, name: str, query: str) -> None:
        """Run a query in DuckDB's dialect on Spark, and keep its rows as the view `name`."""
        self.session.sql(spark_sql(query, self._lists)).write.parquet(str(self.at / name))
        self._view(name)

    def _view(self, name: str) -> None:
        self.session.read.parquet(str(self.at / name)).createOrReplaceTempView(name)

    def _kept(self, name: str) -> str:
        return f"read_parquet({literal(str(self.at / name / '*.parquet'))})"


def _start(master: str) -> "SparkSession":
    try:
        from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415  # an extra
        from pyspark.sql import SparkSession  # noqa: PLC0415
        from splink.backends.spark import similarity_jar_location  # noqa: PLC0415
    except ImportError:
        raise ModelError("Scoring on Spark needs PySpark: install Conjoin with its extra `spark`.") from None
    builder = SparkSession.builder.appName("conjoin").master(master)
    settings: dict[str, bool | float | int | str | None] = {
        "spark.jars": similarity_jar_location(),
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.codegen.wholeStage": "false",
    }
    try:
        session = builder.config(map=settings).getOrCreate()
    except PySparkRuntimeError:
        raise ModelError(f"Spark did not start at {master}: install Java 17 or newer, or set JAVA_HOME.") from None
    # Its warnings quote plans, which may hold values.
    session.sparkContext.setLogLevel("ERROR")
    return session
