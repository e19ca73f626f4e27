-- Whose a job under way is, where several servers work on one database (casework::jobs::lease): empty while nobody's.
alter table job add column held_by text;   -- the running program that has taken it; a new one at each start
alter table job add column held_at text;   -- its last sign of life, by its own clock
