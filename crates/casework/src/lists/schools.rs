//! Schools and classes as numbers that all lists share, so that a pupil's class on the roll is the class in which
//! she was seen, however each list writes it. It knows nothing of what schools there are.

use rustc_hash::FxHashMap;

/// Numbers for schools and classes that all lists share.
#[derive(Default)]
pub struct Schools {
    schools: Numbered,
    names: FxHashMap<u32, String>,
    classes: Numbered,
    class_names: FxHashMap<u32, String>,
    /// What rows said so far, as written, and the numbers that it got.
    seen: FxHashMap<String, (u32, u32)>,
    /// Room for what a row says.
    said: String,
}

impl Schools {
    /// Numbers of a row's school and class.
    pub(crate) fn numbers(&mut self, code: &str, name: &str, grade: &str, class: &str) -> (u32, u32) {
        self.said.clear();
        for text in [code, name, grade, class] {
            self.said.push_str(text);
            self.said.push(BETWEEN);
        }
        if let Some(&numbers) = self.seen.get(&self.said) {
            return numbers;
        }
        let school = self.school(code, name);
        let numbers = (school, self.class(school, grade, class));
        self.seen.insert(self.said.clone(), numbers);
        numbers
    }

    /// Numbers a school by its code, or by its name where it has no code.
    fn school(&mut self, code: &str, name: &str) -> u32 {
        let number = self.schools.number(if code.is_empty() { name } else { code });
        if !name.is_empty() && !self.names.contains_key(&number) {
            self.names.insert(number, name.to_owned());
        }
        number
    }

    /// Numbers a class by its year and its place in the year, and remembers how it is first written.
    fn class(&mut self, school: u32, grade: &str, class: &str) -> u32 {
        let own = folded(class);
        let (key, name) = match (own.contains('.') || grade.is_empty(), own.is_empty()) {
            (_, true) if grade.is_empty() => return 0,
            (true, _) => (own, class.to_owned()),
            (false, _) => (format!("{}{own}", folded(grade)), format!("{grade}{class}")),
        };
        let number = self.classes.number(&format!("{school}{BETWEEN}{key}"));
        self.class_names.entry(number).or_insert(name);
        number
    }

    /// A school as people say it; its code where no list names it.
    #[must_use]
    pub fn school_name(&self, number: u32) -> &str {
        self.names.get(&number).map_or_else(|| self.schools.text(number), String::as_str)
    }

    /// What a school is known by: its code where it has one, else its name.
    #[must_use]
    pub fn school_key(&self, number: u32) -> &str {
        self.schools.text(number)
    }

    /// A class as people say it.
    #[must_use]
    pub fn class_name(&self, number: u32) -> &str {
        self.class_names.get(&number).map_or("", String::as_str)
    }

    /// Takes over another piece's numbers: from each of its numbers to ours.
    pub(crate) fn take(&mut self, other: &Self) -> (Vec<u32>, Vec<u32>) {
        let schools: Vec<u32> = (1..)
            .zip(&other.schools.texts)
            .map(|(number, text)| {
                let ours = self.schools.number(text);
                if let Some(name) = other.names.get(&number) {
                    self.names.entry(ours).or_insert_with(|| name.clone());
                }
                ours
            })
            .collect();
        let classes: Vec<u32> = (1..)
            .zip(&other.classes.texts)
            .map(|(number, text)| {
                let Some((school, class)) = text.split_once(BETWEEN) else { return 0 };
                let school = school.parse().map_or(0, |school| renumbered(&schools, school));
                let ours = self.classes.number(&format!("{school}{BETWEEN}{class}"));
                if let Some(name) = other.class_names.get(&number) {
                    self.class_names.entry(ours).or_insert_with(|| name.clone());
                }
                ours
            })
            .collect();
        (schools, classes)
    }
}

/// Our number for another piece's.
pub(crate) fn renumbered(table: &[u32], number: u32) -> u32 {
    let at = (number as usize).checked_sub(1);
    at.and_then(|at| table.get(at)).copied().unwrap_or_default()
}

/// Texts numbered from 1 in the order in which they come; 0 is “none”.
#[derive(Default)]
struct Numbered {
    numbers: FxHashMap<String, u32>,
    texts: Vec<String>,
}

impl Numbered {
    fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        self.texts.push(text.to_owned());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        let at = (number as usize).checked_sub(1);
        at.and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }
}

/// What stands between a school's number and a class's name.
const BETWEEN: char = '\u{1f}';

/// A class as its year and its place in the year, however it is written: `3.2` for 三年级2班, 三（2）班 and
/// 三年级(2)班, `2024.1` for 2024级1班, `2` for a bare 2班.
fn folded(class: &str) -> String {
    let mut folded = String::new();
    for sign in class.chars() {
        match sign {
            '级' | '届' | '(' | '（' if !folded.ends_with('.') => folded.push('.'),
            '年' | '班' | '第' | ')' | '）' | '级' | '届' | '(' | '（' | '-' => {}
            _ if sign.is_whitespace() => {}
            _ => {
                folded
                    .push(DIGITS.iter().find(|(other, _)| *other == sign).map_or(sign, |&(_, digit)| digit));
            }
        }
    }
    folded
}

const DIGITS: [(char, char); 19] = [
    ('一', '1'),
    ('二', '2'),
    ('三', '3'),
    ('四', '4'),
    ('五', '5'),
    ('六', '6'),
    ('七', '7'),
    ('八', '8'),
    ('九', '9'),
    ('０', '0'),
    ('１', '1'),
    ('２', '2'),
    ('３', '3'),
    ('４', '4'),
    ('５', '5'),
    ('６', '6'),
    ('７', '7'),
    ('８', '8'),
    ('９', '9'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_one_class_however_it_is_written() {
        let mut schools = Schools::default();
        let mut check = |expected: bool, [grade, class]: [&str; 2], [other_grade, other]: [&str; 2]| {
            let (_, one) = schools.numbers("2153901000", "", grade, class);
            let (_, two) = schools.numbers("2153901000", "", other_grade, other);
            assert_eq!(one == two, expected, "{grade}{class} {other_grade}{other}");
        };
        check(true, ["三年级", "2班"], ["", "三年级2班"]);
        check(true, ["三年级", "2班"], ["", "三（2）班"]);
        check(true, ["三年级", "2班"], ["三年级", "三年级(2)班"]);
        check(true, ["六年级", "2021级1班"], ["", "2021级1班"]);
        check(false, ["三年级", "2班"], ["四年级", "2班"]);
        check(false, ["三年级", "2班"], ["三年级", "12班"]);
        assert_eq!(schools.numbers("2153901000", "", "", "").1, 0);
        let (_, class) = schools.numbers("2153901000", "", "三年级", "2班");
        assert_eq!(schools.class_name(class), "三年级2班");
    }
}
