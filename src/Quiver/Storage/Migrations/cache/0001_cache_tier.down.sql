DROP TABLE cache_entries;
DROP TABLE cache_lines;
