"""WHAT IS LIKELY TO COME ◆: numbers in, intervals out, each with how wrong it was on the past. No models, no cases, no people."""
