-- Children of a village group by birthday: a season's pages ask for the group's, and for those whom nobody has met, group by group.
-- Without it each reads every child of the county (docs/adr/0005-storage.md).

create index child_group_birth on child (county, village_group, birth, standing, id) where merged_into is null;
