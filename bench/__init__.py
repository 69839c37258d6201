"""The benchmark suite: our paths beside their floors and their peers, in one run on one machine."""
