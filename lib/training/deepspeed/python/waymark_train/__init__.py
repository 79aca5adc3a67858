"""Trains a causal language model with DeepSpeed on rows and steps that were laid down beforehand.

A job is a folder: `job.json` (settings), `rows.jsonl.gz` (token ids and loss weights),
`steps.jsonl.gz` (which rows in which step, at which learning rate) and `ds_config.json`.
"""
