DROP TABLE installation;
DROP TABLE secret_rotations;
DROP TABLE providers;
