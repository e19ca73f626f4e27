-- Most children are in school, and nobody looks for these by where they stand: a third of what a tie costs to write.
drop index child_tie_standing;
create index child_tie_standing on child_tie (county, unit, tie, standing, spelling, child) where standing <> 'enrolled';
