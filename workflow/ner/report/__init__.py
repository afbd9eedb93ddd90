"""The verification report: its tables, and the page that shows them."""
