"""Domains with one fault each: what breaks them, what each program does then, and what mends them.

The expected outcomes are written by hand from the rules of the programs (protocols.md §6 and §7,
discovery.json, reader_rules.json and the sources named in ``autoconfig/doctor/clients``), never taken from
what the doctor says.
"""
