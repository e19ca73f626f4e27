-- Finding things by what is typed: words of units, people, announcements, and of children whose name is written in
-- another form than its key. Derived: casework/src/search/words.rs writes them, and writes them anew when its rules change.

create table search_word (
    county text not null,
    kind text not null,              -- child unit person notice
    word text not null,              -- linkage::spelling: a key, a spelling or its initials
    subject text not null,
    primary key (county, kind, word, subject)
);
create index search_word_subject on search_word (county, kind, subject);

create index finding_name on finding (county, name, id);
create index finding_spelling on finding (county, spelling, id);
create index platform_entry_number on platform_entry (county, number);
create index roll_move_paper on roll_move (county, paper) where paper <> '';
create index elsewhere_proof on elsewhere (county, proof_number) where proof_number <> '';
