"""What happened: cases and their facts, and the clocks the law puts on them. Facts only, no judgement on people."""
