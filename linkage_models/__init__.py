"""All that knows Splink: standardise, score, resolve, evaluate, explain; imports neither dagster nor pipelines."""
