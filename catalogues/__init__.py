"""What the law says, as dated and sourced data; never what happened in a case, nor a number without its source."""
