-- A granted tie of a finding ends like that of a child
alter table finding_tie add column until_at text;
