"""Pages of reports and other papers → what is printed on them."""
