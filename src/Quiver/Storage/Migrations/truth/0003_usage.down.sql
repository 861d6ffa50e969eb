DROP TABLE usage_batches;
DROP TABLE usage_days;
DROP TABLE rate_counters;
