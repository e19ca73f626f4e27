//! Rows of `insert … values (…)` that go to PostgreSQL many at once, where each would be a way there and back of its own.
//! It must not know tables.

use std::collections::HashMap;

use super::value::Value;

/// Rows that wait, at most: then all are sent.
const MOST: usize = 1_000;

/// Rows of one statement; a rest is sent in smaller ones, so that only so many texts are ever prepared.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// A statement that inserts one row, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Insert {
    /// Up to and with `values `.
    head: String,
    /// The row between its parameters.
    between: Vec<String>,
    /// Which parameter follows each piece but the last.
    numbers: Vec<usize>,
}

impl Insert {
    /// `None` where it is anything else, says what to do on a conflict, or answers rows.
    fn of(sql: &str) -> Option<Self> {
        let sql = sql.trim();
        if !sql.starts_with("insert into ") || sql.contains("select") || sql.contains("on conflict") {
            return None;
        }
        let (head, row) = sql.split_once("values (")?;
        let row = row.strip_suffix(')').filter(|row| !row.contains("returning"))?;
        let mut pieces = row.split('$');
        let (mut between, mut numbers) = (vec![format!("({}", pieces.next()?)], Vec::new());
        for piece in pieces {
            let end = piece.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(piece.len());
            let (number, rest) = piece.split_at_checked(end)?;
            numbers.push(number.parse().ok()?);
            between.push(rest.to_owned());
        }
        between.last_mut()?.push(')');
        Some(Self { head: format!("{head}values "), between, numbers })
    }

    /// The statement for so many rows of `width` parameters each.
    fn text(&self, rows: usize, width: usize) -> String {
        let mut text = self.head.clone();
        for row in 0..rows {
            if row > 0 {
                text.push_str(", ");
            }
            for (at, piece) in self.between.iter().enumerate() {
                text.push_str(piece);
                if let Some(number) = self.numbers.get(at) {
                    text.push('$');
                    text.push_str(&(number + row * width).to_string());
                }
            }
        }
        text
    }
}

/// Rows of one statement.
struct Waiting {
    insert: Insert,
    width: usize,
    rows: usize,
    params: Vec<Value<'static>>,
}

/// Rows that wait, by statement in the order in which these were first run: what a row refers to is before it.
#[derive(Default)]
pub(super) struct Gathered {
    at: HashMap<String, usize>,
    waiting: Vec<Waiting>,
    rows: usize,
}

impl Gathered {
    /// Takes a row; `false` where the statement has to be run by itself.
    pub(super) fn take(&mut self, sql: &str, params: &[Value<'_>]) -> bool {
        let at = match self.at.get(sql) {
            Some(at) => *at,
            None => {
                let Some(insert) = Insert::of(sql) else { return false };
                self.at.insert(sql.to_owned(), self.waiting.len());
                self.waiting.push(Waiting { insert, width: params.len(), rows: 0, params: Vec::new() });
                self.waiting.len() - 1
            }
        };
        let Some(waiting) = self.waiting.get_mut(at).filter(|waiting| waiting.width == params.len()) else {
            return false;
        };
        waiting.params.extend(params.iter().map(Value::to_static));
        waiting.rows += 1;
        self.rows += 1;
        true
    }

    pub(super) const fn is_full(&self) -> bool {
        self.rows >= MOST
    }

    /// Hands every statement with its parameters to `send` and has nothing any more.
    pub(super) fn send<E>(
        &mut self,
        mut send: impl FnMut(&str, &[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let gathered = std::mem::take(self);
        for one in gathered.waiting {
            let (mut params, mut left) = (one.params.as_slice(), one.rows);
            for size in SIZES {
                let text = if left >= size { one.insert.text(size, one.width) } else { continue };
                while left >= size {
                    let (now, later) =
                        params.split_at_checked(size * one.width).unwrap_or((params, Default::default()));
                    send(&text, now)?;
                    (params, left) = (later, left - size);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_statement_are_sent_together_in_their_order() {
        let mut gathered = Gathered::default();
        let (parent, child) =
            ("insert into p (a, b) values ($1, $1)", "insert into c (a, b, c) values ($1, 'x', $2)");
        for number in 0..5_i64 {
            assert!(gathered.take(parent, &[Value::from(number)]));
            assert!(gathered.take(child, &[Value::from(number), Value::Null]));
        }
        let mut sent = Vec::new();
        gathered
            .send(|sql, params| {
                sent.push((sql.to_owned(), params.len()));
                Ok::<_, ()>(())
            })
            .expect("nothing refuses");
        let four = "insert into p (a, b) values ($1, $1), ($2, $2), ($3, $3), ($4, $4)";
        assert_eq!(sent[0], (four.to_owned(), 4));
        assert_eq!(sent[1], (parent.to_owned(), 1));
        assert!(
            sent[2].0.starts_with("insert into c (a, b, c) values ($1, 'x', $2), ($3, 'x', $4), "),
            "{sent:?}"
        );
        assert_eq!((sent[2].1, sent[3].1, sent.len()), (8, 2, 4));
    }

    #[test]
    fn whatever_is_no_plain_row_is_run_by_itself() {
        for sql in [
            "update p set a = $1",
            "insert into p (a) select a from q where b = $1",
            "insert into p (a) values ($1) on conflict (a) do nothing",
            "insert into p (a) values ($1) returning b",
        ] {
            assert!(!Gathered::default().take(sql, &[Value::Null]), "{sql}");
        }
    }
}
