FROM everything_linkage.run
